//! How much was done to read a picture, and how much may be.

/// How much work a picture took. It is bounded for every picture, also one that was drawn to keep a reader busy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Work {
    /// Stages run, each a version of the picture with one way to tell dark from light.
    pub stages: u32,
    /// Points that were judged dark or light, over all stages.
    pub points: u32,
    /// Places where five runs of a row looked like the corner of a code.
    pub candidates: u32,
    /// Candidates that were corners.
    pub corners: u32,
    /// Triples of corners that were tried as a code.
    pub attempts: u32,
}

/// The most candidates looked at in one pass over a picture; a photograph of a busy street has some hundreds. Whatever is
/// below them is not looked at.
pub(super) const MAX_CANDIDATES: u32 = 4_096;

/// The most corners kept in one pass. Twenty codes have sixty.
pub(super) const MAX_CORNERS: usize = 64;

/// The most triples tried in one pass, the most plausible first; one that is no code costs up to a millisecond.
pub(super) const MAX_ATTEMPTS: u32 = 128;

/// The most triples tried with one corner, so that a crowd of corners does not use up the attempts of a code beside it.
pub(super) const MAX_ATTEMPTS_A_CORNER: u32 = 6;
