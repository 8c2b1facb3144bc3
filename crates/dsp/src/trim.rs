//! Trim: level, polarity, balance and mute of a stem.

use crate::{
    format::{Format, MAX_CHANNELS},
    smooth::Ramp,
    sum::{finite, sample},
    units,
};

/// Which channels are turned upside down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Polarity {
    /// Neither.
    #[default]
    Normal,
    /// Left only.
    Left,
    /// Right only.
    Right,
    /// Both (a mono signal is inverted by any setting but [`Polarity::Normal`]).
    Both,
}

/// What the trim does. The default leaves the signal alone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TrimSettings {
    /// Gain, −24…+12 dB.
    pub trim_db: f32,
    /// Channels turned upside down.
    pub polarity: Polarity,
    /// −1 (left only) … 0 … +1 (right only); turns the other side down, never anything up.
    pub balance: f32,
    /// Silences the stem.
    pub mute: bool,
}

/// How long a change of any setting takes.
const GLIDE_MS: f64 = 20.0;

/// Sets the level of a stem: gain, polarity, balance and mute, all one factor per channel that glides in 20 ms.
///
/// A polarity flip glides through silence. Settings that leave a channel alone pass it to the bit.
#[derive(Clone, Debug)]
pub struct Trim {
    channels: usize,
    /// Linear gain of each channel, negative when turned upside down.
    gains: [Ramp; MAX_CHANNELS],
}

impl Trim {
    /// A trim that leaves the signal alone. `[setup]`
    pub fn new(format: Format) -> Self {
        let ramp = Ramp::new(1.0, format.frames_from_ms(GLIDE_MS));
        Self { channels: format.channels, gains: [ramp.clone(), ramp] }
    }

    /// Applies settings; values outside their ranges are held to them. `[audio]`
    pub fn set(&mut self, settings: &TrimSettings) {
        for (channel, ramp) in self.gains.iter_mut().enumerate() {
            ramp.set(channel_gain(settings, channel, self.channels));
        }
    }

    /// Jumps to where the gains are gliding to. `[audio]`
    pub fn reset(&mut self) {
        self.gains.iter_mut().for_each(Ramp::settle);
    }

    /// Works in place on one slice per channel. `[audio]`
    pub fn process(&mut self, block: &mut [&mut [f32]]) {
        for (channel, ramp) in block.iter_mut().zip(&mut self.gains) {
            for x in channel.iter_mut() {
                *x = sample(finite(*x) * ramp.next());
            }
        }
    }

    /// No delay. `[any]`
    pub fn latency_frames(&self) -> usize {
        0
    }
}

/// The factor settings ask for on a channel.
fn channel_gain(settings: &TrimSettings, channel: usize, channels: usize) -> f64 {
    if settings.mute {
        return 0.0;
    }
    let held = |value: f32, lowest: f32, highest: f32| {
        // No number at all counts as neutral.
        f64::from(if value.is_nan() { 0.0 } else { value.clamp(lowest, highest) })
    };
    let gain = units::gain_from_db(held(settings.trim_db, -24.0, 12.0));
    let balance = held(settings.balance, -1.0, 1.0);
    let (is_inverted, balance_gain) = match (channels, channel) {
        (1, _) => (settings.polarity != Polarity::Normal, 1.0),
        (_, 0) => (matches!(settings.polarity, Polarity::Left | Polarity::Both), 1.0 - balance.max(0.0)),
        _ => (matches!(settings.polarity, Polarity::Right | Polarity::Both), 1.0 + balance.min(0.0)),
    };
    if is_inverted { -gain * balance_gain } else { gain * balance_gain }
}
