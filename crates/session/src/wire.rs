//! Readings and metadata as words: what is written, and what is believed when it is read.
//!
//! Nothing read is trusted: numbers are finite and in range, texts are valid UTF-8 without control characters.

use std::sync::Arc;

use crate::history::MOMENT_WORDS;
use crate::identity::{Identity, Info, ResetPolicy};
use crate::layout::{METADATA_WORDS, METER_WORDS_WRITTEN, metadata, meter, moment, run_flag};
use crate::meters::{Meters, Moment, Position, Run, SILENCE_DB};
use crate::uuid::Uuid;

/// Largest level, loudness or range that is believed.
const LARGEST_DB: f64 = 200.0;

/// The flags of `run` as bits.
pub(crate) fn run_bits(run: Run) -> u64 {
    let bit = |on: bool, mask: u64| if on { mask } else { 0 };
    bit(run.processing, run_flag::PROCESSING)
        | bit(run.offline, run_flag::OFFLINE)
        | bit(run.bypassed, run_flag::BYPASSED)
        | bit(run.playing, run_flag::PLAYING)
        | bit(run.muted, run_flag::MUTED)
        | bit(run.soloed, run_flag::SOLOED)
}

/// The flags in `bits`; unknown bits are ignored.
pub(crate) fn run_from_bits(bits: u64) -> Run {
    Run {
        processing: bits & run_flag::PROCESSING != 0,
        offline: bits & run_flag::OFFLINE != 0,
        bypassed: bits & run_flag::BYPASSED != 0,
        playing: bits & run_flag::PLAYING != 0,
        muted: bits & run_flag::MUTED != 0,
        soloed: bits & run_flag::SOLOED != 0,
    }
}

/// The words of a publish. `[audio]`
pub(crate) fn meter_words(
    serial: u64,
    history_serial: u64,
    meters: &Meters,
    position: Position,
) -> [u64; METER_WORDS_WRITTEN] {
    let mut words = [0; METER_WORDS_WRITTEN];
    words[meter::SERIAL] = serial;
    words[meter::SONG_POSITION] = position.song_frames.cast_unsigned();
    words[meter::RUN_FLAGS] = run_bits(position.run);
    words[meter::SAMPLE_RATE] = meters.sample_rate_hz.to_bits();
    for channel in 0..2 {
        words[meter::PEAK + channel] = meters.peak_db[channel].to_bits();
        words[meter::HELD_PEAK + channel] = meters.held_peak_db[channel].to_bits();
        words[meter::RMS + channel] = meters.rms_db[channel].to_bits();
        words[meter::TRUE_PEAK + channel] = meters.true_peak_dbtp[channel].to_bits();
    }
    words[meter::MOMENTARY] = meters.momentary_lufs.to_bits();
    words[meter::SHORT_TERM] = meters.short_term_lufs.to_bits();
    words[meter::INTEGRATED] = meters.integrated_lufs.to_bits();
    words[meter::MAX_MOMENTARY] = meters.max_momentary_lufs.to_bits();
    words[meter::MAX_SHORT_TERM] = meters.max_short_term_lufs.to_bits();
    words[meter::RANGE] = meters.range_lu.to_bits();
    words[meter::MAX_TRUE_PEAK] = meters.max_true_peak_dbtp.to_bits();
    words[meter::MAX_SAMPLE_PEAK] = meters.max_sample_peak_db.to_bits();
    words[meter::GAIN_REDUCTION] = meters.gain_reduction_db.to_bits();
    words[meter::MAX_GAIN_REDUCTION] = meters.max_gain_reduction_db.to_bits();
    words[meter::CORRELATION] = meters.correlation.to_bits();
    words[meter::TRIM] = meters.trim_db.to_bits();
    words[meter::CLIP_COUNT] = meters.clip_count;
    words[meter::LOUDNESS_RESET_COUNT] = meters.loudness_reset_count;
    words[meter::HISTORY_SERIAL] = history_serial;
    words
}

/// The words of a record of the history. `[audio]`
pub(crate) fn moment_words(serial: u64, meters: &Meters, position: Position) -> [u64; MOMENT_WORDS] {
    let pair = |[low, high]: [f64; 2]| u64::from((low as f32).to_bits()) | u64::from((high as f32).to_bits()) << 32;
    let mut words = [0; MOMENT_WORDS];
    words[moment::SERIAL] = serial;
    words[moment::SONG_POSITION] = position.song_frames.cast_unsigned();
    words[moment::RUN_FLAGS] = run_bits(position.run);
    words[moment::PEAK] = pair(meters.peak_db);
    words[moment::TRUE_PEAK] = pair(meters.true_peak_dbtp);
    words[moment::LOUDNESS] = pair([meters.momentary_lufs, meters.short_term_lufs]);
    words[moment::GAIN_REDUCTION] = pair([meters.gain_reduction_db, 0.0]);
    words
}

/// The readings in a record of the history. `[main]`
pub(crate) fn moment_from_words(words: &[u64; MOMENT_WORDS]) -> Moment {
    let half = |bits: u64| f64::from(f32::from_bits(bits as u32)).to_bits();
    let level = |bits: u64| bounded(half(bits), SILENCE_DB, LARGEST_DB, SILENCE_DB);
    let pair = |offset: usize| [level(words[offset]), level(words[offset] >> 32)];
    let [momentary_lufs, short_term_lufs] = pair(moment::LOUDNESS);
    let song_frames = words[moment::SONG_POSITION].cast_signed();
    Moment {
        position: Position { song_frames, run: run_from_bits(words[moment::RUN_FLAGS]) },
        peak_db: pair(moment::PEAK),
        true_peak_dbtp: pair(moment::TRUE_PEAK),
        momentary_lufs,
        short_term_lufs,
        gain_reduction_db: bounded(half(words[moment::GAIN_REDUCTION]), 0.0, LARGEST_DB, 0.0),
    }
}

/// The readings in a meter record; silence if nothing was ever published. `[main]`
pub(crate) fn meters_from_words(words: &[u64; METER_WORDS_WRITTEN]) -> (Meters, Position) {
    if words[meter::SERIAL] == 0 {
        return (Meters::default(), Position::default());
    }
    let level = |offset: usize| bounded(words[offset], SILENCE_DB, LARGEST_DB, SILENCE_DB);
    let pair = |offset: usize| [level(offset), level(offset + 1)];
    let positive = |offset: usize| bounded(words[offset], 0.0, LARGEST_DB, 0.0);
    let meters = Meters {
        peak_db: pair(meter::PEAK),
        held_peak_db: pair(meter::HELD_PEAK),
        rms_db: pair(meter::RMS),
        momentary_lufs: level(meter::MOMENTARY),
        short_term_lufs: level(meter::SHORT_TERM),
        integrated_lufs: level(meter::INTEGRATED),
        max_momentary_lufs: level(meter::MAX_MOMENTARY),
        max_short_term_lufs: level(meter::MAX_SHORT_TERM),
        range_lu: level(meter::RANGE),
        true_peak_dbtp: pair(meter::TRUE_PEAK),
        max_true_peak_dbtp: level(meter::MAX_TRUE_PEAK),
        max_sample_peak_db: level(meter::MAX_SAMPLE_PEAK),
        gain_reduction_db: positive(meter::GAIN_REDUCTION),
        max_gain_reduction_db: positive(meter::MAX_GAIN_REDUCTION),
        correlation: bounded(words[meter::CORRELATION], -1.0, 1.0, 0.0),
        trim_db: bounded(words[meter::TRIM], SILENCE_DB, LARGEST_DB, 0.0),
        clip_count: words[meter::CLIP_COUNT],
        loudness_reset_count: words[meter::LOUDNESS_RESET_COUNT],
        sample_rate_hz: sample_rate(words[meter::SAMPLE_RATE]),
    };
    let song_frames = words[meter::SONG_POSITION].cast_signed();
    (meters, Position { song_frames, run: run_from_bits(words[meter::RUN_FLAGS]) })
}

/// What a slot says about its owner, beside its meters.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Metadata {
    /// Session, or none.
    pub(crate) session: Option<Uuid>,
    /// The session's name as the owner knows it.
    pub(crate) session_name: String,
    /// The running application; 0 is unknown.
    pub(crate) host_group: u64,
    /// The owner links across applications.
    pub(crate) across_applications: bool,
    /// A window of the owner shows the session.
    pub(crate) watched: bool,
    /// The number of a stem without a name; 0 is none.
    pub(crate) stem_number: u32,
    /// The rest; shared, so that listing it costs nothing.
    pub(crate) info: Arc<Info>,
}

impl Metadata {
    /// What an instance tells the others.
    pub(crate) fn new(identity: &Identity, info: &Arc<Info>, host_group: u64, watched: bool) -> Self {
        Self {
            session: identity.session,
            session_name: identity.session_name.clone(),
            host_group,
            across_applications: identity.across_applications,
            watched,
            stem_number: identity.stem_number,
            info: Arc::clone(info),
        }
    }

    /// The same under another name.
    pub(crate) fn named(self, name: String) -> Self {
        Self { info: Arc::new(Info { name, ..(*self.info).clone() }), ..self }
    }

    /// As words.
    pub(crate) fn to_words(&self) -> [u64; METADATA_WORDS] {
        let mut words = [0; METADATA_WORDS];
        let info = &self.info;
        words[metadata::SESSION..][..2].copy_from_slice(&self.session.unwrap_or_default().0);
        words[metadata::HOST_GROUP] = self.host_group;
        words[metadata::HOST_DOCUMENT] = info.host_document;
        words[metadata::NAME_BYTES] = write_text(&info.name, &mut words[metadata::NAME..][..8]);
        words[metadata::SESSION_NAME_BYTES] = write_text(&self.session_name, &mut words[metadata::SESSION_NAME..][..8]);
        words[metadata::ROLE] = info.role.into();
        words[metadata::COLOR] = info.color_argb.into();
        words[metadata::CHANNELS] = info.channels.into();
        words[metadata::LATENCY] = info.latency_frames.into();
        words[metadata::SAMPLE_RATE] = info.sample_rate_hz.to_bits();
        words[metadata::MAX_BLOCK] = info.max_block_frames.into();
        words[metadata::HOST_NAME_BYTES] = write_text(&info.host_name, &mut words[metadata::HOST_NAME..][..4]);
        let [major, minor, patch] = info.plugin_version.map(u64::from);
        words[metadata::PLUGIN_VERSION] = major << 32 | minor << 16 | patch;
        words[metadata::SWITCHES] =
            u64::from(self.across_applications) | u64::from(info.soloed) << 1 | u64::from(self.watched) << 2;
        words[metadata::STEM_NUMBER] = self.stem_number.into();
        words[metadata::RESET_POLICY] = info.reset_policy.number();
        words
    }

    /// From words, believing nothing.
    pub(crate) fn from_words(words: &[u64; METADATA_WORDS]) -> Self {
        let session = Uuid([words[metadata::SESSION], words[metadata::SESSION + 1]]);
        let small = |offset: usize| u32::try_from(words[offset]).unwrap_or(u32::MAX);
        let version = words[metadata::PLUGIN_VERSION];
        let info = Info {
            name: read_text(words[metadata::NAME_BYTES], &words[metadata::NAME..][..8]),
            role: u8::try_from(words[metadata::ROLE]).unwrap_or(u8::MAX),
            color_argb: small(metadata::COLOR),
            channels: words[metadata::CHANNELS].clamp(1, 2) as u8,
            latency_frames: small(metadata::LATENCY),
            sample_rate_hz: sample_rate(words[metadata::SAMPLE_RATE]),
            max_block_frames: small(metadata::MAX_BLOCK),
            host_name: read_text(words[metadata::HOST_NAME_BYTES], &words[metadata::HOST_NAME..][..4]),
            host_document: words[metadata::HOST_DOCUMENT],
            plugin_version: [32, 16, 0].map(|shift| (version >> shift) as u16),
            soloed: words[metadata::SWITCHES] >> 1 & 1 == 1,
            reset_policy: ResetPolicy::from_number(words[metadata::RESET_POLICY]),
        };
        Self {
            session: (session != Uuid::default()).then_some(session),
            session_name: read_text(words[metadata::SESSION_NAME_BYTES], &words[metadata::SESSION_NAME..][..8]),
            host_group: words[metadata::HOST_GROUP],
            across_applications: words[metadata::SWITCHES] & 1 == 1,
            watched: words[metadata::SWITCHES] >> 2 & 1 == 1,
            stem_number: small(metadata::STEM_NUMBER),
            info: Arc::new(info),
        }
    }
}

/// The f64 in `bits` inside `smallest..=largest`, or `otherwise` if it is not a number.
fn bounded(bits: u64, smallest: f64, largest: f64, otherwise: f64) -> f64 {
    let value = f64::from_bits(bits);
    if value.is_nan() { otherwise } else { value.clamp(smallest, largest) }
}

/// A sample rate in Hz; 0 is unknown.
fn sample_rate(bits: u64) -> f64 {
    bounded(bits, 0.0, 10_000_000.0, 0.0)
}

/// Puts as many whole characters into `words` as fit and returns their length in bytes.
fn write_text(text: &str, words: &mut [u64]) -> u64 {
    let kept = &text.as_bytes()[..text.floor_char_boundary(words.len() * 8)];
    for (word, bytes) in words.iter_mut().zip(kept.chunks(8)) {
        let mut padded = [0; 8];
        padded[..bytes.len()].copy_from_slice(bytes);
        *word = u64::from_le_bytes(padded);
    }
    kept.len() as u64
}

/// A text that is safe to draw: valid, and without characters that break lines or turn the reading direction.
fn read_text(bytes: u64, words: &[u64]) -> String {
    let raw: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
    let length = usize::try_from(bytes).unwrap_or(usize::MAX).min(raw.len());
    let is_drawable = |character: &char| !character.is_control() && !is_direction_mark(*character);
    String::from_utf8_lossy(&raw[..length]).chars().filter(is_drawable).collect()
}

/// The invisible characters of Unicode that reorder text, and the line separators.
fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_survives_the_journey() {
        let sent = Metadata {
            session: Some(Uuid::random()),
            session_name: "Album, side A".into(),
            host_group: 7,
            across_applications: true,
            watched: true,
            stem_number: 12,
            info: Arc::new(Info {
                name: "Drums ☂ left".into(),
                role: 3,
                color_argb: 0xff80_4020,
                channels: 2,
                latency_frames: 12,
                sample_rate_hz: 44_100.0,
                max_block_frames: 512,
                host_name: "Host".into(),
                host_document: 9,
                plugin_version: [1, 2, 3],
                soloed: true,
                reset_policy: ResetPolicy::OnJump,
            }),
        };
        assert_eq!(Metadata::from_words(&sent.to_words()), sent);
    }

    #[test]
    fn long_names_end_at_a_whole_character() {
        let mut words = [0; 8];
        let bytes = write_text(&"ü".repeat(50), &mut words);
        assert_eq!(read_text(bytes, &words), "ü".repeat(32));
        let bytes = write_text(&format!("a{}", "ü".repeat(50)), &mut words);
        assert_eq!(read_text(bytes, &words), format!("a{}", "ü".repeat(31)));
    }

    #[test]
    fn a_text_cannot_steer_the_screen() {
        let mut words = [0; 8];
        let bytes = write_text("a\u{202e}b\nc\u{1b}[2Jd\u{200f}", &mut words);
        assert_eq!(read_text(bytes, &words), "abc[2Jd");
        assert!(read_text(u64::MAX, &[u64::MAX; 8]).chars().all(|character| character == '\u{fffd}'));
    }

    #[test]
    fn ten_thousand_random_records_decode_to_sane_readings() {
        let mut words = [0; METADATA_WORDS];
        let mut random = 0x9e37_79b9_7f4a_7c15_u64; // xorshift, fixed seed
        for _ in 0..10_000 {
            words.fill_with(|| {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                random
            });
            let mut record = [0; METER_WORDS_WRITTEN];
            record.copy_from_slice(&words[..METER_WORDS_WRITTEN]);
            let (meters, _) = meters_from_words(&record);
            let levels = [meters.peak_db, meters.held_peak_db, meters.rms_db, meters.true_peak_dbtp].concat();
            assert!(levels.iter().all(|level| (SILENCE_DB..=LARGEST_DB).contains(level)));
            assert!((-1.0..=1.0).contains(&meters.correlation) && meters.range_lu >= SILENCE_DB);
            let mut record = [0; MOMENT_WORDS];
            record.copy_from_slice(&words[..MOMENT_WORDS]);
            let moment = moment_from_words(&record);
            assert!((SILENCE_DB..=LARGEST_DB).contains(&moment.peak_db[0]) && moment.gain_reduction_db >= 0.0);
            let metadata = Metadata::from_words(&words);
            assert!((1..=2).contains(&metadata.info.channels) && metadata.info.sample_rate_hz.is_finite());
            assert!(!metadata.info.name.chars().any(|character| character.is_control()));
        }
    }

    #[test]
    fn nothing_published_is_silence() {
        assert_eq!(meters_from_words(&[0; METER_WORDS_WRITTEN]), (Meters::default(), Position::default()));
    }
}
