/*
 * A disk that loses what was not synced: loaded before all others (LD_PRELOAD), it keeps a second copy of every file and
 * folder under TALLYSTICK_DURABLE_ROOT, as it was when it was last synced. After a kill the test puts those copies in the
 * place of the files: writes, truncations, new names, renames and removals that were not synced are gone.
 *
 * In TALLYSTICK_DURABLE_COPIES: `f<inode>` is what a file held when it was synced, `d<inode>` which names a folder had.
 * TALLYSTICK_DURABLE_FORGETS names the end of paths whose syncs do nothing, as with `PRAGMA synchronous = OFF`.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int ends_like(const char *path, const char *end) {
    size_t path_length = strlen(path), end_length = strlen(end);
    return end_length > 0 && end_length <= path_length && strcmp(path + path_length - end_length, end) == 0;
}

/* Whether a comma-separated list has an end of this path. */
static int is_forgotten(const char *path) {
    const char *list = getenv("TALLYSTICK_DURABLE_FORGETS");
    char end[256];
    while (list && *list) {
        size_t length = strcspn(list, ",");
        if (length < sizeof end) {
            memcpy(end, list, length);
            end[length] = 0;
            if (ends_like(path, end)) return 1;
        }
        list += length + (list[length] == ',');
    }
    return 0;
}

static int keep_file(int fd, int copy) {
    char buffer[1 << 16];
    off_t at = 0;
    int own = -1, from = fd;
    for (;;) {
        ssize_t got = pread(from, buffer, sizeof buffer, at);
        if (got < 0 && errno == EBADF && own < 0) {
            /* Open for writing only, so that nobody holds a lock on it that closing would drop. */
            char path[64];
            snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
            own = from = open(path, O_RDONLY | O_CLOEXEC);
            if (own >= 0) continue;
        }
        if (got < 0) return -1;
        if (got == 0) break;
        if (write(copy, buffer, (size_t)got) != got) return -1;
        at += got;
    }
    if (own >= 0) close(own);
    return 0;
}

static int keep_folder(const char *path, int copy) {
    DIR *folder = opendir(path);
    struct dirent *entry;
    if (!folder) return -1;
    while ((entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            dprintf(copy, "%lu %s\n", (unsigned long)entry->d_ino, entry->d_name);
    }
    closedir(folder);
    return 0;
}

static int sync_to_copy(int fd, long call) {
    const char *root = getenv("TALLYSTICK_DURABLE_ROOT"), *copies = getenv("TALLYSTICK_DURABLE_COPIES");
    char link[64], path[4096], name[4200], fresh[4300];
    struct stat status;
    ssize_t length;
    int copy, kept;
    if (!root || !copies) return (int)syscall(call, fd);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length < 0 || fstat(fd, &status)) return -1;
    path[length] = 0;
    if (strncmp(path, root, strlen(root))) return (int)syscall(call, fd);
    if (is_forgotten(path)) return 0;
    snprintf(name, sizeof name, "%s/%c%lu", copies, S_ISDIR(status.st_mode) ? 'd' : 'f', (unsigned long)status.st_ino);
    snprintf(fresh, sizeof fresh, "%s.%ld", name, (long)syscall(SYS_gettid));
    copy = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (copy < 0) return -1;
    kept = S_ISDIR(status.st_mode) ? keep_folder(path, copy) : keep_file(fd, copy);
    close(copy);
    /* Whole or not at all, whenever the process is killed. */
    return kept || rename(fresh, name) ? -1 : 0;
}

int fsync(int fd) { return sync_to_copy(fd, SYS_fsync); }

int fdatasync(int fd) { return sync_to_copy(fd, SYS_fdatasync); }
