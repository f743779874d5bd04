//! Why a picture cannot be read. Every text can be shown to a user as it is.

/// Why a picture gives no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// It is neither PNG nor JPEG.
    #[error("this is neither a PNG nor a JPEG picture")]
    UnknownFormat,
    /// The file is larger than any that is looked at.
    #[error("the picture has {bytes} bytes, at most {most} are looked at")]
    TooManyBytes {
        /// How many it has.
        bytes: u32,
        /// The most.
        most: u32,
    },
    /// It is wider or higher than any that is looked at. Nothing of it was decoded.
    #[error("the picture has {width} by {height} points, at most {most} by {most} are looked at")]
    TooLarge {
        /// Points a row.
        width: u32,
        /// Rows.
        height: u32,
        /// The most of either.
        most: u32,
    },
    /// It is narrower or lower than the smallest code.
    #[error("the picture has {width} by {height} points: too few for a code")]
    TooSmall {
        /// Points a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// A frame's bytes do not hold its rows: `row_stride` is less than its width, or bytes are missing.
    #[error("the frame has {bytes} bytes, its rows need {needed}")]
    FrameShape {
        /// How many it has.
        bytes: u32,
        /// How many it needs; none would do if the stride is less than the width.
        needed: u32,
    },
    /// The file is cut, damaged, or of a kind of PNG or JPEG that is not read.
    #[error("the picture cannot be opened: {reason}")]
    Damaged {
        /// What the decoder says.
        reason: String,
    },
    /// No code was found in it, or none that could be read.
    #[error("no code was found in the picture")]
    NoCode,
    /// It shows several codes, and nobody but a person can say which was meant.
    #[error("the picture shows {count} codes; show only one")]
    SeveralCodes {
        /// How many.
        count: u32,
    },
    /// The code holds something other than text in UTF-8.
    #[error("the code in the picture holds no text")]
    NotText,
}

impl PictureError {
    /// A stable name for this error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownFormat => "picture_format",
            Self::TooManyBytes { .. } => "picture_bytes",
            Self::TooLarge { .. } => "picture_too_large",
            Self::TooSmall { .. } => "picture_too_small",
            Self::FrameShape { .. } => "frame_shape",
            Self::Damaged { .. } => "picture_damaged",
            Self::NoCode => "no_code",
            Self::SeveralCodes { .. } => "several_codes",
            Self::NotText => "code_not_text",
        }
    }
}
