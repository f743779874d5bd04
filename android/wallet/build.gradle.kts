import org.jetbrains.kotlin.gradle.dsl.JvmTarget

plugins {
    alias(libs.plugins.android.library)
    alias(libs.plugins.kotlin.android)
    `maven-publish`
}

group = "org.tallystick"
version = libs.versions.tallystick.get()

// What `cargo xtask package android` made: native libraries, and the Kotlin that was generated from them.
val packed = file(providers.gradleProperty("tallystick.package").getOrElse("$rootDir/../target/package/android"))

android {
    namespace = "org.tallystick.android"
    compileSdk = libs.versions.compile.sdk.get().toInt()

    defaultConfig {
        minSdk = libs.versions.min.sdk.get().toInt()
        // Goes into every app that is shrunk.
        consumerProguardFiles("consumer-rules.pro")
    }

    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }

    sourceSets["main"].apply {
        kotlin.srcDirs("src/main/kotlin", "../../bindings/kotlin/src/main/kotlin", packed.resolve("generated/kotlin"))
        jniLibs.srcDirs(packed.resolve("jniLibs"))
    }

    packaging {
        // They are stripped already, after the bindings were generated from them.
        jniLibs.keepDebugSymbols += "**/libtallystick_ffi.so"
    }

    publishing {
        singleVariant("release") {
            withSourcesJar()
        }
    }
}

kotlin {
    compilerOptions {
        jvmTarget = JvmTarget.JVM_17
    }
}

dependencies {
    // Both stand in the API: suspend functions and flows of the one, and what generated classes extend of the other.
    api(libs.coroutines.core)
    api(libs.coroutines.android)
    api(libs.jna) { artifact { type = "aar" } }
}

val checkPacked by tasks.registering {
    description = "Says what to do if the native libraries were not built."
    val libraries = packed.resolve("jniLibs")
    doLast {
        val missing = listOf("arm64-v8a", "armeabi-v7a", "x86_64", "x86")
            .filterNot { libraries.resolve("$it/libtallystick_ffi.so").isFile }
        check(missing.isEmpty()) { "no native library for ${missing.joinToString()}: run `cargo xtask package android`" }
    }
}

tasks.named("preBuild") { dependsOn(checkPacked) }

publishing {
    publications {
        register<MavenPublication>("release") {
            artifactId = "tallystick-android"
            afterEvaluate { from(components["release"]) }
            pom {
                name = "Tallystick for Android"
                description = "A wallet for money that businesses issue"
                url = "https://github.com/tallystick/tallystick"
                licenses {
                    license {
                        name = "MIT"
                        url = "https://opensource.org/license/mit"
                    }
                    license {
                        name = "Apache-2.0"
                        url = "https://www.apache.org/licenses/LICENSE-2.0.txt"
                    }
                }
                developers {
                    developer { name = "The Tallystick contributors" }
                }
                scm { url = "https://github.com/tallystick/tallystick" }
            }
        }
    }
    repositories {
        // `gradle :wallet:publish` writes a repository that can be looked at, or handed on as it is.
        maven {
            name = "packed"
            url = uri(packed.resolve("repository"))
        }
    }
}
