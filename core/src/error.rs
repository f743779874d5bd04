//! The one error of the wallet's surface.
