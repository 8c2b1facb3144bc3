//! What the limiter promises, measured.

use dsp::{
    format::Format,
    limiter::{Limiter, LimiterSettings},
    oversample::PeakInterpolator,
};
use ebur128::{EbuR128, Mode};
use testkit::{
    contract,
    rulers::{db, distortion_and_noise_db, peak, true_peak},
    signals,
};

#[global_allocator]
static ALLOCATOR: testkit::allocations::Counting = testkit::allocations::Counting;

const RATE_HZ: f64 = 48_000.0;

struct UnderTest(Limiter);

impl contract::Processor for UnderTest {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        self.0.process(block);
    }
    fn reset(&mut self) {
        self.0.reset();
    }
    fn latency_frames(&self) -> usize {
        self.0.latency_frames()
    }
    fn largest_jump_step(&self) -> f64 {
        0.001
    }
    fn set_neutral(&mut self) {
        self.0.set(&LimiterSettings::default());
    }
    fn set_busy(&mut self) {
        self.0.set(&LimiterSettings {
            drive_db: 18.0,
            ceiling_dbtp: -3.0,
            auto_release: false,
            release_ms: 50.0,
            lookahead_ms: 1.5,
            stereo_link: 0.5,
            ..LimiterSettings::default()
        });
    }
}

#[test]
fn limiter_keeps_the_promises_of_every_processor() {
    contract::check(&|sample_rate_hz, channels| Box::new(UnderTest(Limiter::new(Format { sample_rate_hz, channels }))));
}

/// What leaves a mono limiter, from the first frame of the input to the last, so that both lie side by side.
fn limited(settings: &LimiterSettings, sample_rate_hz: f64, input: &[f32]) -> Vec<f32> {
    let mut limiter = Limiter::new(Format::mono(sample_rate_hz));
    limiter.set(settings);
    aligned(&mut limiter, input)
}

fn aligned(limiter: &mut Limiter, input: &[f32]) -> Vec<f32> {
    let latency_frames = limiter.latency_frames();
    let mut output = input.to_vec();
    output.resize(input.len() + latency_frames, 0.0);
    limiter.process(&mut [&mut output]);
    output.split_off(latency_frames)
}

/// With silence after it, for what the filters of limiter and meters still hold: a cut would ring.
fn with_tail(signal: &[f32]) -> Vec<f32> {
    let tail = std::iter::repeat_n(0.0, 200);
    signal.iter().copied().chain(tail).collect()
}

fn driven(drive_db: f32) -> LimiterSettings {
    LimiterSettings { drive_db, ..LimiterSettings::default() }
}

fn gain(db: f64) -> f32 {
    10f64.powf(db / 20.0) as f32
}

fn clipped(signal: &[f32]) -> Vec<f32> {
    signal.iter().map(|x| x.clamp(-1.0, 1.0)).collect()
}

/// Nothing above `cutoff_hz`: a sinc of 401 taps under a Hann window, 80 dB down after 1/100 of the rate.
fn band_limited(signal: &[f32], cutoff_hz: f64, sample_rate_hz: f64) -> Vec<f32> {
    const HALF: usize = 200;
    let cutoff = cutoff_hz / sample_rate_hz;
    let taps: Vec<f64> = (0..=2 * HALF)
        .map(|tap| {
            let distance = tap as f64 - HALF as f64;
            let turn = std::f64::consts::PI * distance;
            let sinc = if distance == 0.0 { 2.0 * cutoff } else { (2.0 * cutoff * turn).sin() / turn };
            sinc * (0.5 + 0.5 * (turn / (HALF as f64 + 1.0)).cos())
        })
        .collect();
    let mut padded = vec![0.0; HALF];
    padded.extend_from_slice(signal);
    padded.resize(signal.len() + 2 * HALF, 0.0);
    padded
        .windows(2 * HALF + 1)
        .map(|window| window.iter().zip(&taps).map(|(&x, tap)| f64::from(x) * tap).sum::<f64>() as f32)
        .collect()
}

/// Kick, bass, noise and hats.
fn music(seed: u64, sample_rate_hz: f64, frames: usize) -> Vec<f32> {
    let pink = signals::pink_noise(seed, 0.12, frames);
    let hiss = signals::white_noise(seed + 1, 0.8, frames);
    let bass = signals::sine(55.0, 0.3, 0.0, sample_rate_hz, frames);
    let beat_frames = (0.125 * sample_rate_hz) as usize;
    (0..frames)
        .map(|frame| {
            let time = (frame % beat_frames) as f64 / sample_rate_hz;
            let kick_phase = std::f64::consts::TAU * (50.0 * time + 8.0 * (1.0 - (-time / 0.03).exp()));
            let kick = 0.7 * (-time / 0.08).exp() * kick_phase.sin();
            pink[frame] + bass[frame] + kick as f32 + hiss[frame] * (-time / 0.01).exp() as f32
        })
        .collect()
}

/// Programme that ends at 20 kHz.
fn programme(sample_rate_hz: f64) -> Vec<(&'static str, Vec<f32>)> {
    let frames = (0.25 * sample_rate_hz) as usize;
    let pink = signals::pink_noise(1, 1.0, frames);
    let limited_to_20_khz = |signal: &[f32]| band_limited(signal, 19_600.0, sample_rate_hz);
    vec![
        ("music", limited_to_20_khz(&music(3, sample_rate_hz, frames))),
        ("clipped pink noise", limited_to_20_khz(&clipped(&pink))),
        ("an impulse between samples", signals::band_limited_impulse(2_000.3, 20_000.0, 1.0, sample_rate_hz, 4_000)),
        ("a sine at a quarter of the rate", signals::sine(0.25 * sample_rate_hz, 1.0, 45.0, sample_rate_hz, 4_000)),
    ]
}

/// What no programme does.
fn torture(sample_rate_hz: f64) -> Vec<(&'static str, Vec<f32>)> {
    let frames = (0.25 * sample_rate_hz) as usize;
    let pink = signals::pink_noise(1, 1.0, frames);
    let sines = [(1.0, 3.0), (2.0, 5.0), (3.0, 8.0), (5.0, 12.0), (3.0, 7.0), (4.0, 9.0), (9.0, 20.0)]
        .iter()
        .flat_map(|&(p, q)| with_tail(&signals::sine(sample_rate_hz * p / q, 1.0, 90.0 / q, sample_rate_hz, 1_000)))
        .collect();
    let bursts = [1, 2, 4, 8, 32].iter().flat_map(|&half| signals::flipped_burst(half, 1.0, 2_000)).collect();
    vec![
        ("random signs", signals::random_signs(5, 1.0, frames)),
        ("full-band clipped pink noise", clipped(&pink)),
        ("clipped white noise", clipped(&signals::white_noise(4, 3.0, frames))),
        ("a naive square wave", signals::square(997.0, 1.0, sample_rate_hz, frames)),
        ("full-band music", music(3, sample_rate_hz, frames)),
        ("sines in step with the rate", sines),
        ("flipped bursts", bursts),
        (
            "a full-band impulse",
            signals::band_limited_impulse(2_000.5, 0.5 * sample_rate_hz, 1.0, sample_rate_hz, 4_000),
        ),
    ]
}

#[test]
fn no_sample_exceeds_the_ceiling_by_a_bit() {
    for sample_rate_hz in [44_100.0, 96_000.0] {
        for (name, signal) in torture(sample_rate_hz).iter().chain(&programme(sample_rate_hz)) {
            for (drive_db, true_peak) in [(6.0, true), (24.0, true), (12.0, false)] {
                for ceiling_dbtp in [0.0, -1.0, -0.3] {
                    let settings = LimiterSettings { ceiling_dbtp, true_peak, ..driven(drive_db) };
                    let highest = peak(&limited(&settings, sample_rate_hz, signal));
                    let ceiling = 10f64.powf(f64::from(ceiling_dbtp) / 20.0);
                    assert!(highest <= ceiling, "{name}, +{drive_db} dB: {highest} above {ceiling}");
                }
            }
        }
    }
}

/// The higher of the readings of the ITU's filter and of libebur128 over the ceiling of −1 dBTP, in dB.
fn meters_over_db(drive_db: f32, sample_rate_hz: f64, signal: &[f32]) -> f64 {
    let output = limited(&driven(drive_db), sample_rate_hz, &with_tail(signal));
    let mut itu = PeakInterpolator::itu();
    let itu_peak = output.iter().map(|&x| f64::from(itu.next(x))).fold(0.0, f64::max);
    let mut meter = EbuR128::new(1, sample_rate_hz as u32, Mode::TRUE_PEAK).expect("a legal format");
    meter.add_frames_f32(&output).expect("whole frames");
    db(itu_peak.max(meter.true_peak(0).expect("channel 0 exists"))) + 1.0
}

#[test]
fn the_meters_of_others_read_no_more_than_the_ceiling() {
    for sample_rate_hz in [44_100.0, 48_000.0, 96_000.0] {
        for (name, signal) in programme(sample_rate_hz) {
            let over_db = meters_over_db(12.0, sample_rate_hz, &signal);
            assert!(over_db <= 0.01, "{name}, {sample_rate_hz} Hz: {over_db} dB over");
        }
        for (name, signal) in torture(sample_rate_hz) {
            for drive_db in [6.0, 12.0] {
                let over_db = meters_over_db(drive_db, sample_rate_hz, &signal);
                // A tone close to 48 kHz that starts at once: a filter of 24 taps sees the slope of the gain.
                let tolerance_db = if sample_rate_hz < 96_000.0 { 0.01 } else { 0.03 };
                assert!(over_db <= tolerance_db, "{name}, {sample_rate_hz} Hz: {over_db} dB over");
            }
        }
    }
}

/// By how much the exact wave exceeds the ceiling, in dB.
fn over_db(settings: &LimiterSettings, sample_rate_hz: f64, signal: &[f32]) -> f64 {
    db(true_peak(&limited(settings, sample_rate_hz, &with_tail(signal)))) - f64::from(settings.ceiling_dbtp)
}

#[test]
fn the_exact_wave_of_programme_stays_within_a_twentieth_of_a_db() {
    for sample_rate_hz in [44_100.0, 48_000.0] {
        for (name, signal) in programme(sample_rate_hz) {
            for drive_db in [6.0, 12.0] {
                let over_db = over_db(&driven(drive_db), sample_rate_hz, &signal);
                assert!(over_db <= 0.05, "{name}, {sample_rate_hz} Hz, +{drive_db} dB: {over_db} dB over");
            }
        }
    }
}

#[test]
fn the_exact_wave_of_torture_stays_within_a_third_of_a_db() {
    for (sample_rate_hz, drive_db) in [(44_100.0, 6.0), (48_000.0, 12.0), (96_000.0, 12.0)] {
        for (name, signal) in torture(sample_rate_hz) {
            let over_db = over_db(&driven(drive_db), sample_rate_hz, &signal);
            assert!(over_db <= 0.30, "{name}, {sample_rate_hz} Hz: {over_db} dB over");
        }
    }
}

#[test]
fn a_short_lookahead_holds_the_ceiling_as_well() {
    for lookahead_ms in [1.0, 5.0] {
        let settings = LimiterSettings { lookahead_ms, ..driven(6.0) };
        for (name, signal) in programme(RATE_HZ) {
            let over_db = over_db(&settings, RATE_HZ, &signal);
            assert!(over_db <= 0.05, "{name}, {lookahead_ms} ms: {over_db} dB over");
        }
    }
}

/// White noise reaches to half the rate, where the limiter has something to take out: not before it must.
#[test]
fn below_the_ceiling_every_bit_passes() {
    for sample_rate_hz in contract::SAMPLE_RATES_HZ {
        for (name, signal) in
            [("noise", signals::white_noise(6, 1.0, 9_600)), ("music", music(7, sample_rate_hz, 9_600))]
        {
            let scale = gain(-1.1) / true_peak(&signal) as f32;
            let input: Vec<f32> = signal.iter().map(|x| x * scale).collect();
            let output = limited(&driven(0.0), sample_rate_hz, &input);
            assert!(output == input, "{name} at {sample_rate_hz} Hz");
        }
    }
}

#[test]
fn the_latency_is_five_milliseconds_at_every_rate() {
    for (sample_rate_hz, latency_frames) in
        [(44_100.0, 220), (48_000.0, 240), (88_200.0, 441), (96_000.0, 480), (176_400.0, 882), (192_000.0, 960)]
    {
        assert_eq!(Limiter::new(Format::stereo(sample_rate_hz)).latency_frames(), latency_frames);
    }
}

/// Ceiling and drive jump at random; every sample must obey the ceiling under which it entered (while it glides, the
/// higher of old and new).
#[test]
fn automation_never_breaks_the_ceiling() {
    let input = music(8, RATE_HZ, 48_000);
    let glide_frames = 960;
    for true_peak_on in [true, false] {
        let mut random = signals::Random::new(9);
        let mut limiter = Limiter::new(Format::mono(RATE_HZ));
        let latency_frames = limiter.latency_frames();
        let mut output = input.clone();
        // Before the first frame arrives there is what the filters hear of it.
        let mut allowed = vec![1.0f64; input.len() + latency_frames];
        let mut ceiling_dbtp = 0.0f64;
        let mut start = 0;
        while start < input.len() {
            let end = (start + 500 + random.below(4_000)).min(input.len());
            let before_dbtp = ceiling_dbtp;
            ceiling_dbtp = -6.0 + 6.0 * random.uniform();
            limiter.set(&LimiterSettings {
                drive_db: (12.0 + 12.0 * random.uniform()) as f32,
                ceiling_dbtp: ceiling_dbtp as f32,
                lookahead_ms: (3.0 + 2.0 * random.uniform()) as f32,
                true_peak: true_peak_on,
                ..LimiterSettings::default()
            });
            limiter.process(&mut [&mut output[start..end]]);
            for (frame, allowed) in allowed[start + latency_frames..end + latency_frames].iter_mut().enumerate() {
                // A glide that was interrupted may still be above the last target.
                let gliding_dbtp = if start == 0 { ceiling_dbtp } else { 0f64.max(before_dbtp) };
                let dbtp = if frame < glide_frames { gliding_dbtp.max(ceiling_dbtp) } else { ceiling_dbtp };
                *allowed = 10f64.powf(f64::from(dbtp as f32) / 20.0);
            }
            start = end;
        }
        for (frame, (&x, &allowed)) in output.iter().zip(&allowed).enumerate() {
            assert!(f64::from(x).abs() <= allowed, "frame {frame}: {x} above {allowed}");
        }
    }
}

/// The wave between the samples obeys a falling ceiling too.
#[test]
fn a_falling_ceiling_holds_between_the_samples() {
    let input = band_limited(&music(8, RATE_HZ, 24_000), 19_600.0, RATE_HZ);
    let mut limiter = Limiter::new(Format::mono(RATE_HZ));
    limiter.set(&driven(12.0));
    let mut output = input;
    limiter.process(&mut [&mut output[..12_000]]);
    limiter.set(&LimiterSettings { ceiling_dbtp: -7.0, lookahead_ms: 1.0, ..driven(12.0) });
    limiter.process(&mut [&mut output[12_000..]]);
    let settled = 12_000 + 960 + limiter.latency_frames();
    // The end of a cut-out rings; fading it in does not raise it.
    let mut end = output.split_off(settled);
    let fade_frames = 64;
    let length = end.len();
    for frame in 0..fade_frames {
        let fade = frame as f32 / fade_frames as f32;
        end[frame] *= fade;
        end[length - 1 - frame] *= fade;
    }
    let over_db = db(true_peak(&end)) + 7.0;
    assert!(over_db <= 0.05, "{over_db} dB over");
}

/// The ceiling falls for the sound that enters under it, not for what is already on its way: nothing is clipped.
#[test]
fn a_falling_ceiling_turns_down_and_does_not_clip() {
    let input = signals::sine(300.0, 0.5, 0.0, RATE_HZ, 9_600);
    let mut limiter = Limiter::new(Format::mono(RATE_HZ));
    let latency_frames = limiter.latency_frames();
    limiter.set(&driven(6.0));
    let mut output = input.clone();
    limiter.process(&mut [&mut output[..4_800]]);
    limiter.set(&LimiterSettings { ceiling_dbtp: -12.0, ..driven(6.0) });
    limiter.process(&mut [&mut output[4_800..]]);
    let gains: Vec<Option<f32>> =
        output[latency_frames..].iter().zip(&input).map(|(&y, &x)| (x.abs() > 0.1).then_some(y / x)).collect();
    for (frame, pair) in gains.windows(2).enumerate() {
        if let [Some(before), Some(after)] = pair {
            // 12 dB within 960 frames turn the gain by 0.001 a frame; clipping would bend it within one wave.
            assert!((after - before).abs() < 0.003, "frame {frame}: {before} to {after}");
        }
    }
}

#[test]
fn a_steady_bass_is_not_bent() {
    for auto_release in [true, false] {
        for lookahead_ms in [1.0, 3.0, 5.0] {
            for frequency_hz in [50.0, 100.0, 1_000.0] {
                let settings = LimiterSettings { auto_release, lookahead_ms, ..driven(6.0) };
                let input = signals::sine(frequency_hz, f64::from(gain(-1.0)), 0.0, RATE_HZ, 48_000);
                let output = limited(&settings, RATE_HZ, &input);
                let distortion_db = distortion_and_noise_db(&output[24_000..43_200], frequency_hz, RATE_HZ);
                assert!(distortion_db < -90.0, "{frequency_hz} Hz, {lookahead_ms} ms: {distortion_db} dB");
            }
        }
    }
}

fn stereo_gains_db(stereo_link: f32) -> [f64; 2] {
    let mut limiter = Limiter::new(Format::stereo(RATE_HZ));
    limiter.set(&LimiterSettings { stereo_link, ..driven(6.0) });
    let inputs = [signals::sine(440.0, 0.9, 0.0, RATE_HZ, 24_000), signals::sine(330.0, 0.1, 0.0, RATE_HZ, 24_000)];
    let [mut left, mut right] = inputs.clone();
    limiter.process(&mut [&mut left, &mut right]);
    let level_db = |signal: &[f32]| db(testkit::rulers::rms(&signal[12_000..]));
    [level_db(&left) - level_db(&inputs[0]), level_db(&right) - level_db(&inputs[1])]
}

#[test]
fn linked_channels_share_one_gain() {
    let [left, right] = stereo_gains_db(1.0);
    assert!(left < 0.0);
    // What single precision and the unequal position of the windows leave.
    assert!((left - right).abs() < 0.01, "the image moves by {} dB", left - right);
    let [_, right] = stereo_gains_db(0.0);
    assert!((right - 6.0).abs() < 0.01, "the quiet side is turned by {right} dB");
}

/// Gain of each frame in dB, from a constant signal that is high for a while and low after.
fn recovery_gains_db(settings: &LimiterSettings, high_seconds: f64) -> Vec<f64> {
    let high = vec![gain(-1.0); (high_seconds * RATE_HZ) as usize];
    let low = vec![gain(-40.0); 96_000];
    let input: Vec<f32> = high.iter().chain(&low).copied().collect();
    let output = limited(settings, RATE_HZ, &input);
    output.iter().zip(&input).skip(high.len()).map(|(&y, &x)| db(f64::from(y) / f64::from(x))).collect()
}

#[test]
fn a_set_release_takes_its_time() {
    for release_ms in [20.0, 100.0, 400.0] {
        let settings = LimiterSettings { auto_release: false, release_ms, true_peak: false, ..driven(6.0) };
        let gains = recovery_gains_db(&settings, 0.5);
        // Linear gain, from the end of the hold on, until 63 % of the way from 1/2 to 1 are gone.
        let drive = f64::from(gain(6.0));
        let start = gains.iter().position(|&gain_db| gain_db > 1e-3).unwrap();
        let wanted_db = db(1.0 + (drive - 1.0) * (1.0 - (-1.0f64).exp()));
        let end = gains.iter().position(|&gain_db| gain_db > wanted_db).unwrap();
        let measured_ms = (end - start) as f64 * 1_000.0 / RATE_HZ;
        // The boxes delay the whole curve alike, but round its start: up to half the look-ahead.
        assert!((measured_ms - f64::from(release_ms)).abs() < 1.6 + 0.02 * f64::from(release_ms), "{measured_ms} ms");
    }
}

#[test]
fn the_programme_chooses_the_release() {
    let time_to_half_ms = |high_seconds| {
        let settings = LimiterSettings { true_peak: false, ..driven(6.0) };
        let gains = recovery_gains_db(&settings, high_seconds);
        gains.iter().position(|&gain_db| gain_db > 3.0).unwrap() as f64 * 1_000.0 / RATE_HZ
    };
    let (after_a_peak, after_a_passage) = (time_to_half_ms(0.001), time_to_half_ms(2.0));
    assert!(after_a_peak < 80.0, "{after_a_peak} ms");
    assert!(after_a_passage > 250.0, "{after_a_passage} ms");
}

#[test]
fn the_lookahead_is_when_the_gain_starts_to_fall() {
    for lookahead_ms in [1.0, 2.0, 3.0] {
        let settings = LimiterSettings { lookahead_ms, ..driven(0.0) };
        let mut input = vec![0.1f32; 9_600];
        input[4_800] = 2.0;
        let output = limited(&settings, RATE_HZ, &input);
        let start = output.iter().zip(&input).position(|(&y, &x)| y < x * 0.9999).unwrap();
        let early_ms = (4_800 - start) as f64 * 1_000.0 / RATE_HZ;
        // The fall is complete sixteen frames before the peak, and the interpolators see it some frames early.
        assert!((early_ms - f64::from(lookahead_ms)).abs() < 0.7, "{early_ms} instead of {lookahead_ms} ms");
    }
}

#[test]
fn the_readings_are_what_was_applied() {
    let mut limiter = Limiter::new(Format::mono(RATE_HZ));
    limiter.set(&driven(0.0));
    assert_eq!((limiter.reduction_db(), limiter.max_reduction_db(), limiter.reducing_share()), (0.0, 0.0, 0.0));

    let mut signal = vec![gain(3.0); 9_600];
    limiter.process(&mut [&mut signal]);
    let applied_db = 3.0 - db(f64::from(signal[9_599]));
    assert!((limiter.reduction_db() - applied_db).abs() < 0.001);
    assert!(limiter.max_reduction_db() >= limiter.reduction_db());
    // All but the way to the first frame.
    assert!((limiter.reducing_share() - (1.0 - 240.0 / 9_600.0)).abs() < 0.02, "{}", limiter.reducing_share());

    limiter.reset_readings();
    assert_eq!((limiter.max_reduction_db(), limiter.reducing_share()), (0.0, 0.0));
}

#[test]
fn without_true_peak_only_samples_count() {
    // All samples 3 dB below the top of the wave.
    let input = signals::sine(0.25 * RATE_HZ, f64::from(gain(1.5)), 45.0, RATE_HZ, 9_600);
    let settings = LimiterSettings { true_peak: false, ..driven(0.0) };
    assert!(limited(&settings, RATE_HZ, &input) == input);
    assert!(peak(&limited(&driven(0.0), RATE_HZ, &input)) < peak(&input));
}

#[test]
fn no_setting_clicks() {
    let changes = [
        LimiterSettings { drive_db: 0.0, ..driven(6.0) },
        LimiterSettings { ceiling_dbtp: -12.0, ..driven(6.0) },
        LimiterSettings { lookahead_ms: 1.0, ..driven(6.0) },
        LimiterSettings { true_peak: false, ..driven(6.0) },
        LimiterSettings { stereo_link: 0.0, ..driven(6.0) },
    ];
    for changed in changes {
        let mut limiter = Limiter::new(Format::mono(RATE_HZ));
        limiter.set(&driven(6.0));
        let mut signal = vec![0.7f32; 24_000];
        limiter.process(&mut [&mut signal]);
        for next in [changed, driven(6.0)] {
            limiter.set(&next);
            let mut signal = vec![0.7f32; 4_800];
            limiter.process(&mut [&mut signal]);
            let step = signal.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f32::max);
            // The widest change goes over 20 ms (960 frames): a thousandth of full scale per frame is inaudible.
            assert!(step < 0.002, "{step} while changing to {next:?}");
        }
    }
}
