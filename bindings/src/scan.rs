//! What was scanned, tapped or pasted. Nothing here is fetched, and all work is bounded.

use std::sync::{Mutex, PoisonError};

use tallystick::error::WalletError;
use tallystick::request::{self, LiveReading, LumaFrame, Reading, Scanned};

use crate::runtime;

/// Tells what a text is that was scanned, tapped or pasted: a payment request, a currency's card, an account to act for,
/// a receipt, a key, something of another system, or just text. Nothing was fetched and no signature was checked: this
/// tells an app what to do next.
#[uniffi::export]
pub fn scan(text: &str) -> Scanned {
    request::scan(text)
}

/// Reads all codes of a PNG or JPEG file, however hard it must look. At most 16 MiB and 4,096 points a side.
#[uniffi::export]
pub async fn read_picture(picture: Vec<u8>) -> Result<Reading, WalletError> {
    runtime::computed(move || Ok(request::read_picture(&picture)?)).await
}

/// What the one code of a PNG or JPEG file is, as `scan` tells it.
///
/// Of several codes the only one that is ours counts, whole or damaged: a till's screen may show the shop's Wi-Fi too.
/// Fails with `no_code`, `several_codes`, `code_not_text`, or with what is wrong with the picture.
#[uniffi::export]
pub async fn scan_picture(picture: Vec<u8>) -> Result<Scanned, WalletError> {
    runtime::computed(move || Ok(request::read_picture(&picture)?.scanned()?)).await
}

/// Reads the frames of a camera's preview, one after another.
///
/// A frame takes a few milliseconds on the thread that calls: call from the camera's own. A code is told once, however
/// long it stays in view, until `forget` is called.
#[derive(Default, uniffi::Object)]
pub struct LiveReader(Mutex<request::LiveReader>);

#[uniffi::export]
impl LiveReader {
    /// A reader that was shown nothing yet.
    #[uniffi::constructor]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next frame: its brightness, one byte a point, row by row (the Y plane of YUV); 0 is black. `row_stride`
    /// is the number of bytes from the start of a row to that of the next. Fails with `frame_shape` if bytes are missing.
    pub fn read(
        &self,
        luma: &[u8],
        width: u32,
        height: u32,
        row_stride: u32,
    ) -> Result<LiveReading, WalletError> {
        let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(reader.read(&LumaFrame { width, height, row_stride, luma })?)
    }

    /// Forgets what was told: codes in view are told again. Call it when the app is ready for the same code again.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).forget();
    }
}
