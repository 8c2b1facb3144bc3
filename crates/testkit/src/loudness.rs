//! Loudness by the letter of ITU-R BS.1770-5, EBU Tech 3341 and 3342: slow, with the whole signal in memory.

/// What stands for "no loudness" in LUFS.
pub const SILENCE_LUFS: f64 = -200.0;

/// K-weighted energy of a signal, from which every loudness is read.
pub struct Loudness {
    /// Sum of the K-weighted power of all channels up to each frame; one longer than the signal.
    energy: Vec<f64>,
    sample_rate_hz: f64,
}

impl Loudness {
    /// Measures one or two front channels (weight 1 each).
    pub fn of(channels: &[&[f32]], sample_rate_hz: f64) -> Self {
        let frames = channels.first().map_or(0, |channel| channel.len());
        let mut power = vec![0.0; frames];
        for channel in channels {
            for (sum, x) in power.iter_mut().zip(k_weighted(channel, sample_rate_hz)) {
                *sum += x * x;
            }
        }
        let mut total = 0.0;
        let mut energy = vec![0.0];
        energy.extend(power.iter().map(|power| {
            total += power;
            total
        }));
        Self { energy, sample_rate_hz }
    }

    /// Integrated loudness in LUFS: 400 ms blocks every 100 ms, gated at −70 LUFS and 10 LU below the mean.
    pub fn integrated_lufs(&self) -> f64 {
        let blocks = self.powers(0.4, 0.1);
        let loud = above(&blocks, -70.0);
        lufs(mean(&above(&loud, lufs(mean(&loud)) - 10.0)))
    }

    /// Loudness of every 400 ms window that ends on a multiple of 10 ms, in LUFS.
    pub fn momentary_lufs(&self) -> Vec<f64> {
        self.powers(0.4, 0.01).into_iter().map(lufs).collect()
    }

    /// Loudness of every 3 s window that ends on a multiple of 10 ms, in LUFS.
    pub fn short_term_lufs(&self) -> Vec<f64> {
        self.powers(3.0, 0.01).into_iter().map(lufs).collect()
    }

    /// Loudness range in LU: short-term loudness at 10 Hz, gated at −70 LUFS and 20 LU below the mean, 10th to 95th
    /// percentile.
    pub fn range_lu(&self) -> f64 {
        let loud = above(&self.powers(3.0, 0.1), -70.0);
        let mut kept = above(&loud, lufs(mean(&loud)) - 20.0);
        kept.sort_by(f64::total_cmp);
        let percentile = |percent: f64| {
            let index = ((kept.len() as f64 - 1.0) * percent / 100.0).round().max(0.0) as usize;
            kept.get(index).copied()
        };
        match (percentile(95.0), percentile(10.0)) {
            (Some(high), Some(low)) => lufs(high) - lufs(low),
            _ => 0.0,
        }
    }

    /// Mean power of every whole window of a length, one window a hop.
    fn powers(&self, window_seconds: f64, hop_seconds: f64) -> Vec<f64> {
        let frames_in = |seconds: f64| (seconds * self.sample_rate_hz).round() as usize;
        let window = frames_in(window_seconds);
        (0..)
            .map(|index| frames_in(index as f64 * hop_seconds))
            .take_while(|start| start + window < self.energy.len())
            .map(|start| (self.energy[start + window] - self.energy[start]) / window as f64)
            .collect()
    }
}

/// Loudness of a K-weighted power.
fn lufs(power: f64) -> f64 {
    if power > 1e-20 { -0.691 + 10.0 * power.log10() } else { SILENCE_LUFS }
}

fn mean(powers: &[f64]) -> f64 {
    powers.iter().sum::<f64>() / powers.len().max(1) as f64
}

fn above(powers: &[f64], threshold_lufs: f64) -> Vec<f64> {
    powers.iter().copied().filter(|&power| lufs(power) > threshold_lufs).collect()
}

/// A filter's coefficients: numerator, and denominator without its leading 1.
type Biquad = ([f64; 3], [f64; 2]);

/// The signal through both K-weighting stages.
fn k_weighted(signal: &[f32], sample_rate_hz: f64) -> Vec<f64> {
    let [shelf, high_pass] = k_filters(sample_rate_hz);
    let input: Vec<f64> = signal.iter().map(|&x| f64::from(x)).collect();
    filtered(&filtered(&input, shelf), high_pass)
}

fn filtered(input: &[f64], (b, a): Biquad) -> Vec<f64> {
    let [mut x1, mut x2, mut y1, mut y2] = [0.0; 4];
    input
        .iter()
        .map(|&x| {
            let y = b[0] * x + b[1] * x1 + b[2] * x2 - a[0] * y1 - a[1] * y2;
            (x2, x1, y2, y1) = (x1, x, y1, y);
            y
        })
        .collect()
}

/// The printed coefficients at 48 kHz; elsewhere the analogue filters they stand for, transformed again.
fn k_filters(sample_rate_hz: f64) -> [Biquad; 2] {
    if sample_rate_hz == 48_000.0 {
        return [
            (
                [1.535_124_859_586_97, -2.691_696_189_406_38, 1.198_392_810_852_85],
                [-1.690_659_293_182_41, 0.732_480_774_215_85],
            ),
            ([1.0, -2.0, 1.0], [-1.990_047_454_833_98, 0.990_072_250_366_21]),
        ];
    }
    // The analogue parameters behind the printed numbers, as known from libebur128.
    let warped = |frequency_hz: f64| (std::f64::consts::PI * frequency_hz / sample_rate_hz).tan();
    let (k, q) = (warped(1_681.974_450_955_533), 0.707_175_236_955_419_6);
    let high_gain = 10f64.powf(3.999_843_853_973_347 / 20.0);
    let band_gain = high_gain.powf(0.499_666_774_154_541_6);
    let scale = 1.0 + k / q + k * k;
    let shelf = (
        [
            (high_gain + band_gain * k / q + k * k) / scale,
            2.0 * (k * k - high_gain) / scale,
            (high_gain - band_gain * k / q + k * k) / scale,
        ],
        [2.0 * (k * k - 1.0) / scale, (1.0 - k / q + k * k) / scale],
    );
    let high_pass_scale = |sample_rate_hz: f64| {
        let (k, q) = ((std::f64::consts::PI * 38.135_470_876_024_44 / sample_rate_hz).tan(), 0.500_327_037_323_877_3);
        (1.0 + k / q + k * k, k, q)
    };
    let (scale, k, q) = high_pass_scale(sample_rate_hz);
    // The printed numerator is 1, −2, 1: a gain of this much in the pass band, to be the same at every rate.
    let gain = high_pass_scale(48_000.0).0 / scale;
    let high_pass = ([gain, -2.0 * gain, gain], [2.0 * (k * k - 1.0) / scale, (1.0 - k / q + k * k) / scale]);
    [shelf, high_pass]
}
