//! What a stem hears of itself, as it travels to the master.

/// Stands for silence in every level and loudness of [`Meters`].
pub const SILENCE_DB: f64 = -200.0;

/// The readings of one instance. Levels are in dBFS, loudness in LUFS (ITU-R BS.1770), [`SILENCE_DB`] is silence.
///
/// The master looks about once in twelve publishes, so everything short comes with a held or largest value beside it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Meters {
    /// Largest sample with the display's hold and fall, left and right; a mono stem says the same twice.
    pub peak_db: [f64; 2],
    /// Largest sample held for at least 50 ms, left and right.
    pub held_peak_db: [f64; 2],
    /// RMS level, left and right.
    pub rms_db: [f64; 2],
    /// Momentary loudness (400 ms).
    pub momentary_lufs: f64,
    /// Short-term loudness (3 s).
    pub short_term_lufs: f64,
    /// Integrated, gated loudness since the last loudness reset.
    pub integrated_lufs: f64,
    /// Largest momentary loudness since the last loudness reset.
    pub max_momentary_lufs: f64,
    /// Largest short-term loudness since the last loudness reset.
    pub max_short_term_lufs: f64,
    /// Loudness range (EBU Tech 3342) since the last loudness reset; [`SILENCE_DB`] in the first 3 s.
    pub range_lu: f64,
    /// True peak now, left and right.
    pub true_peak_dbtp: [f64; 2],
    /// Largest true peak of both channels since the last peak reset.
    pub max_true_peak_dbtp: f64,
    /// Largest sample of both channels since the last peak reset.
    pub max_sample_peak_db: f64,
    /// Gain reduction now of the compressor (a master: compressor and limiter), 0 or positive.
    pub gain_reduction_db: f64,
    /// Largest gain reduction since the last peak reset, 0 or positive.
    pub max_gain_reduction_db: f64,
    /// Correlation of left and right since the last loudness reset, −1…1; 0 when there is nothing to compare.
    pub correlation: f64,
    /// Trim the stem is set to, by hand or automation; whether it is muted stands in [`Run::muted`].
    pub trim_db: f64,
    /// Samples above full scale since the last peak reset.
    pub clip_count: u64,
    /// How often the loudness was reset: a reader sees resets it did not ask for.
    pub loudness_reset_count: u64,
    /// Sample rate the readings were taken at; 0 is unknown.
    pub sample_rate_hz: f64,
}

impl Default for Meters {
    /// Silence.
    fn default() -> Self {
        Self {
            peak_db: [SILENCE_DB; 2],
            held_peak_db: [SILENCE_DB; 2],
            rms_db: [SILENCE_DB; 2],
            momentary_lufs: SILENCE_DB,
            short_term_lufs: SILENCE_DB,
            integrated_lufs: SILENCE_DB,
            max_momentary_lufs: SILENCE_DB,
            max_short_term_lufs: SILENCE_DB,
            range_lu: SILENCE_DB,
            true_peak_dbtp: [SILENCE_DB; 2],
            max_true_peak_dbtp: SILENCE_DB,
            max_sample_peak_db: SILENCE_DB,
            gain_reduction_db: 0.0,
            max_gain_reduction_db: 0.0,
            correlation: 0.0,
            trim_db: 0.0,
            clip_count: 0,
            loudness_reset_count: 0,
            sample_rate_hz: 0.0,
        }
    }
}

/// What an instance is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The host calls `process`.
    pub processing: bool,
    /// The host renders faster or slower than real time.
    pub offline: bool,
    /// The plugin's own bypass is on.
    pub bypassed: bool,
    /// The transport runs.
    pub playing: bool,
    /// The stem's mute is on.
    pub muted: bool,
    /// The stem's solo is on: the other stems of the session mute themselves.
    pub soloed: bool,
}

/// What an instance heard at one place of the song, in short.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// When, and what the instance was doing.
    pub position: Position,
    /// Peak, left and right.
    pub peak_db: [f64; 2],
    /// True peak, left and right.
    pub true_peak_dbtp: [f64; 2],
    /// Momentary loudness.
    pub momentary_lufs: f64,
    /// Short-term loudness.
    pub short_term_lufs: f64,
    /// Gain reduction, 0 or positive.
    pub gain_reduction_db: f64,
}

impl Moment {
    /// The short form of a record. `[any]`
    pub fn new(meters: &Meters, position: Position) -> Self {
        Self {
            position,
            peak_db: meters.peak_db,
            true_peak_dbtp: meters.true_peak_dbtp,
            momentary_lufs: meters.momentary_lufs,
            short_term_lufs: meters.short_term_lufs,
            gain_reduction_db: meters.gain_reduction_db,
        }
    }
}

/// When in the song a reading was taken, and what the instance was doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// Song position of the end of the block; negative in a pre-roll, and it jumps with the transport.
    pub song_frames: i64,
    /// What the instance was doing.
    pub run: Run,
}
