//! What the generated Swift lacks, put into it.
//!
//! The generator's Swift waits for a Rust future whatever becomes of the task that waits, stops the process where a future
//! was cancelled, and throws an error that nobody else can name where Rust panicked. Here a cancelled task ends its wait
//! with `CancellationError`, and a panic is a `WalletError` as from everything else.
//!
//! The generator is pinned to one exact version. Should its text be another one day, generating fails; nothing is left
//! out in silence.

/// Exports whose calls are always waited for: they make, open, lock or close something, and whoever cleans up in a task
/// that was cancelled must be able to. Of all others the wait ends with its task, and the work goes on inside.
const WAITED_FOR: [&str; 19] = [
    "func_create_passphrase_store",
    "func_open_passphrase_store",
    "func_create_wallet",
    "func_restore_wallet",
    "func_restore_wallet_after_loss",
    "constructor_wallet_open",
    "method_wallet_ack",
    "method_wallet_check_pin",
    "method_wallet_lock",
    "method_wallet_pause",
    "method_wallet_remove_pin",
    "method_wallet_resume",
    "method_wallet_set_payment_policy",
    "method_wallet_set_pin",
    "method_wallet_set_spending_limits",
    "method_wallet_shut_down",
    "method_wallet_unlock",
    "method_wallet_unlock_with_pin",
    "method_wallet_give_up_restore",
];

/// The generated file, mended. The one with the facade has all calls that wait.
pub fn mended(text: &str) -> Result<String, String> {
    let text = replaced(text, PANICKED, FAULT)?;
    let text = replaced(&text, CANCELLED, CANCELLED_MENDED)?;
    if !text.contains("func uniffiRustCallAsync") {
        return Ok(text);
    }
    let text = replaced(&text, SIGNATURE, SIGNATURE_MENDED)?;
    let text = replaced(&text, WAIT, WAIT_MENDED)?;
    Ok(cancelling(&text)? + JUDGED)
}

fn replaced(text: &str, old: &str, new: &str) -> Result<String, String> {
    match text.matches(old).count() {
        1 => Ok(text.replacen(old, new, 1)),
        found => Err(format!("expected this once in the generated Swift, found it {found} times:\n{old}")),
    }
}

/// Tells each call that may be cancelled how.
fn cancelling(text: &str) -> Result<String, String> {
    let mut unseen = WAITED_FOR.to_vec();
    let (mut mended, mut export) = (String::with_capacity(text.len()), "");
    for line in text.lines() {
        mended.push_str(line);
        mended.push('\n');
        let word = line.trim();
        if let Some(name) = word.strip_prefix("uniffi_tallystick_ffi_fn_") {
            export = name.split('(').next().unwrap_or_default();
        }
        if let Some(free) = word.strip_prefix("freeFunc: ").filter(|free| free.starts_with("ffi_")) {
            if let Some(place) = unseen.iter().position(|name| *name == export) {
                unseen.swap_remove(place);
            } else {
                let indent = &line[..line.len() - line.trim_start().len()];
                let cancel = free.replace("_rust_future_free_", "_rust_future_cancel_");
                mended.extend([indent, "cancelFunc: ", &cancel, "\n"]);
            }
        }
    }
    if unseen.is_empty() { Ok(mended) } else { Err(format!("no such exports: {}", unseen.join(", "))) }
}

const SIGNATURE: &str = "    freeFunc: (UInt64) -> (),\n    liftFunc: (F) throws -> T,\n";
const SIGNATURE_MENDED: &str = "    freeFunc: (UInt64) -> (),\n    \
    cancelFunc: ((UInt64) -> ())? = nil,\n    liftFunc: (F) throws -> T,\n";

const WAIT: &str = "    defer {
        freeFunc(rustFuture)
    }
    var pollResult: Int8;
    repeat {
        pollResult = await withUnsafeContinuation {
            pollFunc(
                rustFuture,
                { handle, pollResult in
                    uniffiFutureContinuationCallback(handle: handle, pollResult: pollResult)
                },
                uniffiContinuationHandleMap.insert(obj: $0)
            )
        }
    } while pollResult != UNIFFI_RUST_FUTURE_POLL_READY
";
const WAIT_MENDED: &str = "    let cancelling = UniffiCancelling { cancelFunc?(rustFuture) }
    defer {
        cancelling.end()
        freeFunc(rustFuture)
    }
    await withTaskCancellationHandler {
        var pollResult: Int8;
        repeat {
            pollResult = await withUnsafeContinuation { continuation in
                uniffiOutlivingHungUpLines {
                    pollFunc(
                        rustFuture,
                        { handle, pollResult in
                            uniffiFutureContinuationCallback(handle: handle, pollResult: pollResult)
                        },
                        uniffiContinuationHandleMap.insert(obj: continuation)
                    )
                }
            }
        } while pollResult != UNIFFI_RUST_FUTURE_POLL_READY
    } onCancel: {
        cancelling.cancel()
    }
";

const CANCELLED: &str = "            fatalError(\"Cancellation not supported yet\")\n";
const CANCELLED_MENDED: &str = "            throw CancellationError()\n";

/// Says nothing of the panic: its words may hold what must not be shown.
const FAULT: &str = "            callStatus.errorBuf.deallocate()
            throw WalletError.Internal(reason: \"a fault inside the wallet stopped the call\")
";
const PANICKED: &str = "            // When the rust code sees a panic, it tries to construct a RustBuffer
            // with the message.  But if that code panics, then it just sends back
            // an empty buffer.
            if callStatus.errorBuf.len > 0 {
                throw UniffiInternalError.rustPanic(try FfiConverterString.lift(callStatus.errorBuf))
            } else {
                callStatus.errorBuf.deallocate()
                throw UniffiInternalError.rustPanic(\"Rust panic\")
            }
";

const JUDGED: &str = "
/// Cancels a call, unless it has ended: its future is freed then.
fileprivate final class UniffiCancelling: @unchecked Sendable {
    private let lock = NSLock()
    private var cancelFunc: (() -> ())?

    init(_ cancelFunc: @escaping () -> ()) { self.cancelFunc = cancelFunc }

    func cancel() { lock.withLock { cancelFunc?() } }

    func end() { lock.withLock { cancelFunc = nil } }
}

#if os(Linux)
/// On Linux, a write to a line whose other end is gone stops the whole process by SIGPIPE, unless the signal is ignored
/// (as the JVM and Python do, and Swift's programs do not) or blocked. Rust asks for no signal in `send`, but cannot in
/// `writev`, with which TLS records leave. How the app takes signals is not ours to change, so the library's threads
/// alone block it: they are begun by the first poll, and a thread has the mask of the one that begins it.
fileprivate func uniffiOutlivingHungUpLines(_ poll: () -> ()) {
    var (blocked, before) = (sigset_t(), sigset_t())
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    poll()
    pthread_sigmask(SIG_SETMASK, &before, nil)
}
#else
/// Apple's systems are told for each line that it may hang up.
fileprivate func uniffiOutlivingHungUpLines(_ poll: () -> ()) { poll() }
#endif

/// A call of the library, judged by its outcome as all are: the package's tests make one panic with it.
func uniffiJudged<T>(_ call: (UnsafeMutablePointer<RustCallStatus>) -> T) throws -> T {
    try rustCallWithError(FfiConverterTypeWalletError_lift, call)
}
";

#[cfg(test)]
mod tests;
