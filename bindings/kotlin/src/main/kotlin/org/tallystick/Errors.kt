package org.tallystick

import org.tallystick.core.WalletException

/**
 * A stable name for this error, finer than its class: to decide by, to translate by, and for fault reports. `locked`,
 * `insufficient_funds`, `amount_too_large` …
 */
public val WalletException.code: String get() = stableCode()

/**
 * What went wrong and what helps, in English, for a person to read. Holds nothing secret.
 *
 * `message` is not meant for people: it lists the error's values.
 */
public val WalletException.userText: String get() = toString()
