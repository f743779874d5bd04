//! Adding a currency from a card's link, pinned to what was scanned.
