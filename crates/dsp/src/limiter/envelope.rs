//! Envelope: from "this frame is too high by so much" to a gain that is low enough in time and comes back gently.

use crate::{format::Format, sliding_max::SlidingMax};

use super::running_mean::{ONE, RunningMean};

/// How the envelope moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EnvelopeSettings {
    /// Frames over which the gain falls, 2…the envelope's delay.
    pub attack_frames: usize,
    /// Lets the programme choose the release.
    pub auto_release: bool,
    /// Time constant of the recovery of the gain (linear) when not automatic, in ms.
    pub release_ms: f64,
}

/// The gain of one channel.
///
/// Sliding maximum over attack and hold, release, then two boxes whose lengths sum to the attack. Every gain in the
/// boxes is low enough for every frame that is still to leave, so their mean is too.
///
/// After: G. Luff's limiter in "Signalsmith Basics".
#[derive(Clone, Debug)]
pub struct Envelope {
    delay_frames: usize,
    shortest_hold_frames: usize,
    longest_hold_frames: usize,

    /// Excesses that are known but not looked at yet, because the attack is shorter than the delay.
    waiting: Waiting,
    largest_excess: SlidingMax,
    /// 1 − gain before the boxes.
    reduction: f64,
    /// Slow follower of the reduction: how much of it is lasting.
    lasting_reduction: f64,
    boxes: [RunningMean; 2],

    /// The attack in force, and the one wanted.
    attack_frames: usize,
    attack_target_frames: usize,
    /// The longest attack any box may still remember: excesses are looked at this early.
    attack_cover_frames: usize,
    /// Frames until the next step of a change of the attack.
    attack_wait_frames: usize,

    auto_release: bool,
    release_keep: f64,
    quick_keep: f64,
    lasting_rise_keep: f64,
    lasting_fall_keep: f64,
    sample_rate_hz: f64,
}

/// Time constant of the release after a short peak when the programme chooses, in ms.
pub const QUICK_RELEASE_MS: f64 = 50.0;
/// How long a reduction must last to be called lasting: 63 % of it are after this time, in ms.
pub const LASTING_RISE_MS: f64 = 300.0;
/// Time constant of the release of a lasting reduction when the programme chooses, in ms.
pub const LASTING_FALL_MS: f64 = 700.0;
/// After a lone peak the gain waits this long.
const SHORTEST_HOLD_MS: f64 = 10.0;
/// While the reduction is lasting the gain waits up to this long: half a period of 20 Hz, so that it does not follow
/// the wave of a bass.
const LONGEST_HOLD_MS: f64 = 25.0;
/// A reduction below this (−120 dB) is over.
const NO_REDUCTION: f64 = 1e-6;
/// Share of the first of the two boxes: their spectra's zeros then fill each other's gaps best.
const FIRST_BOX_SHARE: f64 = 0.582_241_9;

impl Envelope {
    /// An open envelope that answers `delay_frames` (at least two) late. `[setup]`
    pub fn new(format: Format, delay_frames: usize) -> Self {
        let delay_frames = delay_frames.max(2);
        let longest_hold_frames = format.frames_from_ms(LONGEST_HOLD_MS);
        let (first, second) = box_lengths(delay_frames);
        let keep = |time_ms: f64| keep_for(time_ms, format.sample_rate_hz);
        Self {
            delay_frames,
            shortest_hold_frames: format.frames_from_ms(SHORTEST_HOLD_MS),
            longest_hold_frames,
            waiting: Waiting::new(delay_frames + 1),
            largest_excess: SlidingMax::new(delay_frames + 1 + longest_hold_frames),
            reduction: 0.0,
            lasting_reduction: 0.0,
            boxes: [RunningMean::new(first), RunningMean::new(second)],
            attack_frames: delay_frames,
            attack_target_frames: delay_frames,
            attack_cover_frames: delay_frames,
            attack_wait_frames: 0,
            auto_release: true,
            release_keep: keep(100.0),
            quick_keep: keep(QUICK_RELEASE_MS),
            lasting_rise_keep: keep(LASTING_RISE_MS),
            lasting_fall_keep: keep(LASTING_FALL_MS),
            sample_rate_hz: format.sample_rate_hz,
        }
    }

    /// Takes the settings; a new attack is reached frame by frame. `[audio]`
    pub fn set(&mut self, settings: &EnvelopeSettings) {
        self.auto_release = settings.auto_release;
        self.release_keep = keep_for(settings.release_ms, self.sample_rate_hz);
        let attack_frames = settings.attack_frames.clamp(2, self.delay_frames);
        if attack_frames != self.attack_target_frames {
            self.attack_target_frames = attack_frames;
            self.attack_cover_frames = self.attack_cover_frames.max(attack_frames);
            self.attack_wait_frames = self.delay_frames;
        }
    }

    /// Opens the envelope and takes the wanted attack at once. `[audio]`
    pub fn reset(&mut self) {
        self.waiting.reset();
        self.largest_excess.reset();
        (self.reduction, self.lasting_reduction) = (0.0, 0.0);
        self.attack_frames = self.attack_target_frames;
        self.attack_cover_frames = self.attack_target_frames;
        self.attack_wait_frames = 0;
        self.set_box_lengths();
        self.boxes.iter_mut().for_each(RunningMean::reset);
    }

    /// Takes the excess of a frame (its peak over the ceiling, finite, 0 or more), returns the gain for the frame
    /// whose excess was given `delay_frames` earlier. `[audio]`
    #[inline]
    pub fn next(&mut self, excess: f64) -> f64 {
        if self.attack_cover_frames != self.attack_target_frames || self.attack_frames != self.attack_target_frames {
            self.step_attack();
        }

        self.waiting.push(excess);
        while self.waiting.len() > self.delay_frames - self.attack_cover_frames {
            self.largest_excess.push(self.waiting.pop());
        }

        let window_frames = self.delay_frames + 1 - self.waiting.len() + self.hold_frames();
        let needed = 1.0 - 1.0 / self.largest_excess.largest(window_frames).max(1.0);
        self.release_towards(needed);

        // Rounded down: never above what is allowed.
        let gain = ((1.0 - self.reduction) * ONE as f64) as u64;
        let [first, second] = &mut self.boxes;
        second.next(first.next(gain)) as f64 / ONE as f64
    }

    /// Short peaks are forgotten quickly; while the reduction is lasting, quick release stops at its lasting part.
    #[inline]
    fn release_towards(&mut self, needed: f64) {
        let lasting_keep =
            if needed > self.lasting_reduction { self.lasting_rise_keep } else { self.lasting_fall_keep };
        self.lasting_reduction = needed + (self.lasting_reduction - needed) * lasting_keep;
        let (goal, keep) = if self.auto_release {
            (needed.max(self.lasting_reduction), self.quick_keep)
        } else {
            (needed, self.release_keep)
        };
        self.reduction = needed.max(goal + (self.reduction - goal) * keep);
        if self.reduction < NO_REDUCTION {
            self.reduction = needed;
            self.lasting_reduction = 0.0;
        }
    }

    /// Longer while the reduction is lasting.
    #[inline]
    fn hold_frames(&self) -> usize {
        if self.lasting_reduction <= 0.0 {
            return self.shortest_hold_frames;
        }
        let lasting_share = (self.lasting_reduction / self.reduction.max(NO_REDUCTION)).min(1.0);
        let range_frames = (self.longest_hold_frames - self.shortest_hold_frames) as f64;
        self.shortest_hold_frames + (range_frames * lasting_share) as usize
    }

    /// Changes the attack by one frame, in an order in which no box ever remembers a gain from before its excess was
    /// looked at: look as early as the longer of both attacks, wait, step, wait, look as early as the new one.
    fn step_attack(&mut self) {
        if self.attack_wait_frames > 0 {
            self.attack_wait_frames -= 1;
        } else if self.attack_frames == self.attack_target_frames {
            self.attack_cover_frames = self.attack_target_frames;
        } else {
            if self.attack_frames < self.attack_target_frames {
                self.attack_frames += 1;
            } else {
                self.attack_frames -= 1;
            }
            self.set_box_lengths();
            if self.attack_frames == self.attack_target_frames {
                self.attack_wait_frames = self.delay_frames;
            }
        }
    }

    fn set_box_lengths(&mut self) {
        let (first, second) = box_lengths(self.attack_frames);
        let [first_box, second_box] = &mut self.boxes;
        first_box.set_length(first);
        second_box.set_length(second);
    }
}

/// The share of a distance that is left after one frame, when 63 % are gone after `time_ms`.
fn keep_for(time_ms: f64, sample_rate_hz: f64) -> f64 {
    (-1.0 / (time_ms.max(0.01) * 0.001 * sample_rate_hz)).exp()
}

/// How an attack is shared between the two boxes.
fn box_lengths(attack_frames: usize) -> (usize, usize) {
    let first = ((attack_frames as f64 * FIRST_BOX_SHARE).round() as usize).clamp(1, attack_frames.max(2) - 1);
    (first, attack_frames - first)
}

/// A queue of excesses in a fixed ring.
#[derive(Clone, Debug)]
struct Waiting {
    excesses: Box<[f64]>,
    oldest: usize,
    count: usize,
}

impl Waiting {
    fn new(most: usize) -> Self {
        Self { excesses: vec![0.0; most].into_boxed_slice(), oldest: 0, count: 0 }
    }

    fn reset(&mut self) {
        (self.oldest, self.count) = (0, 0);
    }

    fn len(&self) -> usize {
        self.count
    }

    fn push(&mut self, excess: f64) {
        let slot = (self.oldest + self.count) % self.excesses.len();
        self.excesses[slot] = excess;
        self.count += 1;
    }

    fn pop(&mut self) -> f64 {
        let excess = self.excesses[self.oldest];
        self.oldest = (self.oldest + 1) % self.excesses.len();
        self.count -= 1;
        excess
    }
}
