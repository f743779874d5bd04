package org.tallystick.android

import android.os.Build

/**
 * How the key in Android's keystore is kept. All of this is settled when the key is made, with the first wallet that is
 * sealed by it, and stays so.
 *
 * @property alias The key's name in the keystore. An app with several wallets gives each its own.
 * @property strongBox Whether the key is to live in a chip of its own.
 * @property authentication Asks the person each time that the wallet is opened or unlocked. Null: nobody is asked, and
 * whoever can unlock the phone can open the wallet.
 * @property onlyWhileUnlocked The key works only while the phone is unlocked. On by default from Android 15 on: earlier
 * versions are known to withhold such keys from phones that are unlocked.
 */
public class KeystoreOptions(
    public val alias: String = "org.tallystick.wallet",
    public val strongBox: StrongBox = StrongBox.PREFERRED,
    public val authentication: UserAuthentication? = null,
    public val onlyWhileUnlocked: Boolean = Build.VERSION.SDK_INT >= Build.VERSION_CODES.VANILLA_ICE_CREAM,
)

/** Whether a key is to live in StrongBox, a chip apart from the processor, which many phones do not have. */
public enum class StrongBox {
    /** There if there is one, else in the processor's trusted environment. [KeystoreSecretStore.keyPlace] tells. */
    PREFERRED,

    /** There or nowhere: without the chip, sealing fails. */
    REQUIRED,

    /** Never: it is slower by half a second. */
    NEVER,
}

/** Where a key lives. */
public enum class KeyPlace {
    /** In a chip of its own. */
    STRONG_BOX,

    /** In the processor's trusted environment, which Android cannot look into. */
    TRUSTED_ENVIRONMENT,

    /** In Android itself: an emulator, or a very old phone. */
    SOFTWARE,

    /** In secure hardware, of which kind the phone does not say. */
    UNKNOWN_HARDWARE,
}

/**
 * The prompt by which a person approves each use of the key: Android's own, over whatever the app shows. Needs Android 9.
 *
 * @property title What the prompt is for: “Open your wallet”.
 * @property subtitle More words below, if any.
 * @property cancelText What the button says that closes the prompt: “Cancel”. Not shown where the phone's own PIN is
 * allowed, for Android puts that in its place.
 * @property orDeviceCredential The phone's PIN, pattern or password will do as well. From Android 11 on; before, only
 * fingers and faces can approve the use of a key.
 * @property endsWithNewBiometric The key is gone for good when a finger or a face is enrolled. Only the recovery phrase
 * helps then, and the failure says so (`key_invalidated`). Has no effect where the phone's PIN will do.
 */
public class UserAuthentication(
    public val title: String,
    public val cancelText: String,
    public val subtitle: String? = null,
    public val orDeviceCredential: Boolean = true,
    public val endsWithNewBiometric: Boolean = true,
) {
    internal val credentialAllowed: Boolean
        get() = orDeviceCredential && Build.VERSION.SDK_INT >= Build.VERSION_CODES.R
}
