//! Edit list: which part of an MP4 sound is to be heard. An encoder puts a lead-in in front and fills its last packet up.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// The part of a sound that is to be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Frames in front that are not.
    pub skip_frames: u64,
    /// The most frames after these that are, where the file says so.
    pub most_frames: Option<u64>,
}

/// What the edit list of an MP4 file says of a track; everything is to be heard where there is none. `[setup]`
///
/// Only the first edit counts. The older tag of iTunes (`iTunSMPB`), which says the same in words, is not read.
pub fn heard(path: &Path, track_id: u32, sample_rate_hz: u32) -> Heard {
    edit(path, track_id, sample_rate_hz).unwrap_or_default()
}

fn edit(path: &Path, track_id: u32, sample_rate_hz: u32) -> Option<Heard> {
    // What cannot be understood here, the reader of the sound finds out and says.
    let file = mp4parse::read_mp4(&mut BufReader::new(File::open(path).ok()?)).ok()?;
    let track = file.tracks.iter().find(|track| track.track_id == Some(track_id))?;
    let frames = |time: u64, per_second: u64| {
        let frames = u128::from(time) * u128::from(sample_rate_hz) / u128::from(per_second.max(1));
        u64::try_from(frames).unwrap_or(u64::MAX)
    };
    let (skip, per_second) = (track.media_time?.0, track.timescale?.0);
    let (length, lengths_per_second) = (track.edited_duration?.0, file.timescale?.0);
    // A length in coarser steps than frames is rounded: what it may have lost is kept. None at all means "to the end".
    let lost = u64::from(lengths_per_second != u64::from(sample_rate_hz));
    let most_frames = (length > 0).then(|| frames(length.saturating_add(lost), lengths_per_second));
    Some(Heard { skip_frames: frames(skip, per_second), most_frames })
}
