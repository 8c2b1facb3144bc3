//! Edit list: which part of an MP4 sound is to be heard. An encoder puts a lead-in in front and fills its last packet up.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The part of a sound that is to be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Frames of silence before anything else.
    pub silent_frames: u64,
    /// Frames in front of the sound that are not heard.
    pub skip_frames: u64,
    /// The most frames after these that are, where the file says so: rounded up, so a few more than there may be.
    pub most_frames: Option<u64>,
}

/// What the edit list of an MP4 file says of a track; everything is to be heard where there is none. Nothing when the list
/// puts the sound together from several pieces, of which only the first is known here. `[setup]`
///
/// The older tag of iTunes (`iTunSMPB`), which says the same as one edit in words, is not read.
pub fn heard(path: &Path, track_id: u32, sample_rate_hz: u32) -> Option<Heard> {
    // What cannot be understood here, the reader of the sound finds out and says.
    let Some(edit) = Edit::read(path, track_id) else { return Some(Heard::default()) };
    edit.is_only_one().then(|| edit.heard(sample_rate_hz))
}

/// The first edit after the silence in front.
struct Edit {
    /// Where in the track it begins, and the steps of that in a second.
    from: u64,
    track_steps_per_second: u64,
    /// The silence before it and its own length, 0 for "to the end"; what the header of the track says of the sum of all
    /// edits; and the steps of these in a second.
    silence: u64,
    length: u64,
    sum: Option<u64>,
    steps_per_second: u64,
}

impl Edit {
    fn read(path: &Path, track_id: u32) -> Option<Self> {
        let file = mp4parse::read_mp4(&mut BufReader::new(File::open(path).ok()?)).ok()?;
        let track = file.tracks.iter().find(|track| track.track_id == Some(track_id))?;
        Some(Self {
            from: track.media_time?.0,
            track_steps_per_second: track.timescale?.0,
            silence: track.empty_duration?.0,
            length: track.edited_duration?.0,
            // All ones stand for "unknown" (ISO 14496-12), in 32 bits as in 64.
            sum: track.tkhd.as_ref().map(|header| header.duration).filter(|&sum| sum < u32::MAX.into()),
            steps_per_second: file.timescale?.0,
        })
    }

    /// Whether the header of the track knows of no further edit.
    fn is_only_one(&self) -> bool {
        // Silence, length and sum are each rounded in their own way; ffmpeg's are one step apart.
        const ROUNDED_STEPS: u64 = 2;
        let known = self.silence.saturating_add(self.length).saturating_add(ROUNDED_STEPS);
        self.length == 0 || self.sum.is_none_or(|sum| sum <= known)
    }

    fn heard(&self, sample_rate_hz: u32) -> Heard {
        let frames = |steps: u64, per_second: u64| {
            let frames = u128::from(steps) * u128::from(sample_rate_hz) / u128::from(per_second.max(1));
            u64::try_from(frames).unwrap_or(u64::MAX)
        };
        // A length in coarser steps than frames is rounded: what it may have lost is kept.
        let lost = u64::from(self.steps_per_second != u64::from(sample_rate_hz));
        Heard {
            silent_frames: frames(self.silence, self.steps_per_second),
            skip_frames: frames(self.from, self.track_steps_per_second),
            most_frames: (self.length > 0).then(|| frames(self.length.saturating_add(lost), self.steps_per_second)),
        }
    }
}
