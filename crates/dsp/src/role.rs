//! The part a stem plays in a song, and where its processing starts from.

use crate::{compressor::CompressorSettings, stem_chain::StemSettings};
use std::ops::RangeInclusive;

/// What a stem is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Role {
    /// Drums and percussion.
    Drums,
    /// Bass instruments.
    Bass,
    /// Sub bass and 808s.
    Sub,
    /// Guitars, keys, synthesizers, strings.
    Instruments,
    /// The lead voice.
    LeadVocals,
    /// Harmonies, doubles, choirs.
    BackingVocals,
    /// Risers, impacts, transitions.
    Fx,
    /// The music stem of a film mix.
    Music,
    /// The dialogue stem of a film mix.
    Dialogue,
    /// The effects stem of a film mix.
    FilmEffects,
    /// Anything else.
    #[default]
    Other,
}

impl Role {
    /// Every role, in the order of the menu; the position is the role's number in states and sessions, for ever.
    pub const ALL: [Role; 11] = [
        Role::Drums,
        Role::Bass,
        Role::Sub,
        Role::Instruments,
        Role::LeadVocals,
        Role::BackingVocals,
        Role::Fx,
        Role::Music,
        Role::Dialogue,
        Role::FilmEffects,
        Role::Other,
    ];

    /// What the musician reads.
    pub fn name(self) -> &'static str {
        match self {
            Role::Drums => "Drums",
            Role::Bass => "Bass",
            Role::Sub => "Sub",
            Role::Instruments => "Instruments",
            Role::LeadVocals => "Lead vocals",
            Role::BackingVocals => "Backing vocals",
            Role::Fx => "FX",
            Role::Music => "Music",
            Role::Dialogue => "Dialogue",
            Role::FilmEffects => "Effects (film)",
            Role::Other => "Other",
        }
    }
}

/// Where the controls of a stem's or the master's chain usually stay. Guard-rails never block: a control outside its
/// range is marked as unusual.
#[derive(Clone, Debug, PartialEq)]
pub struct GuardRails {
    /// Trim gain in dB.
    pub trim_db: RangeInclusive<f32>,
    /// Gain of any equalizer band in dB.
    pub equalizer_gain_db: RangeInclusive<f32>,
    /// Compressor ratio.
    pub ratio: RangeInclusive<f32>,
    /// Compressor attack in ms.
    pub attack_ms: RangeInclusive<f32>,
    /// Compressor release in ms.
    pub release_ms: RangeInclusive<f32>,
}

/// The trim, up or down, beyond which a move belongs in the mix, whatever the role.
pub const SEVERE_TRIM_DB: f32 = 3.0;

/// The compressor ratio above which a move belongs in the mix, whatever the role.
pub const SEVERE_RATIO: f32 = 3.0;

impl GuardRails {
    /// Those of the master's chain, whose trim is its input gain. `[any]`
    pub fn master() -> Self {
        Self {
            trim_db: -3.0..=3.0,
            equalizer_gain_db: -2.0..=2.0,
            ratio: 1.5..=2.0,
            attack_ms: 30.0..=60.0,
            release_ms: 100.0..=300.0,
        }
    }

    /// A gentle compressor in the middle of these ranges. `[any]`
    pub fn starting_compressor(&self) -> CompressorSettings {
        let middle = |range: &RangeInclusive<f32>| 0.5 * (range.start() + range.end());
        CompressorSettings {
            on: true,
            threshold_db: -18.0,
            knee_db: 6.0,
            ratio: middle(&self.ratio),
            attack_ms: middle(&self.attack_ms),
            release_ms: middle(&self.release_ms),
            ..CompressorSettings::default()
        }
    }
}

impl Role {
    /// Where the controls usually stay for this role, from the practice of stem mastering. `[any]`
    pub fn guard_rails(self) -> GuardRails {
        let others = GuardRails {
            trim_db: -3.0..=3.0,
            equalizer_gain_db: -2.0..=2.0,
            ratio: 1.5..=2.0,
            attack_ms: 10.0..=30.0,
            release_ms: 80.0..=200.0,
        };
        match self {
            Role::Drums => {
                GuardRails { equalizer_gain_db: -3.0..=3.0, attack_ms: 5.0..=15.0, release_ms: 60.0..=120.0, ..others }
            }
            Role::Bass | Role::Sub => GuardRails { attack_ms: 15.0..=30.0, release_ms: 80.0..=180.0, ..others },
            Role::LeadVocals | Role::BackingVocals | Role::Dialogue => GuardRails {
                trim_db: -2.0..=2.0,
                ratio: 1.2..=1.5,
                attack_ms: 20.0..=40.0,
                release_ms: 100.0..=250.0,
                ..others
            },
            Role::Instruments | Role::Fx | Role::Music | Role::FilmEffects | Role::Other => others,
        }
    }

    /// Settings to start from: a gentle compressor in the middle of the role's ranges, everything else neutral.
    /// `[any]`
    pub fn starting_point(self) -> StemSettings {
        StemSettings { compressor: self.guard_rails().starting_compressor(), ..StemSettings::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_points_stay_inside_the_guard_rails() {
        for role in Role::ALL {
            let (rails, start) = (role.guard_rails(), role.starting_point());
            assert!(rails.trim_db.contains(&start.trim.trim_db), "{}", role.name());
            assert!(rails.ratio.contains(&start.compressor.ratio), "{}", role.name());
            assert!(rails.attack_ms.contains(&start.compressor.attack_ms), "{}", role.name());
            assert!(rails.release_ms.contains(&start.compressor.release_ms), "{}", role.name());
        }
    }

    #[test]
    fn no_role_reaches_what_belongs_in_the_mix() {
        for rails in Role::ALL.map(Role::guard_rails).into_iter().chain([GuardRails::master()]) {
            assert!(*rails.trim_db.end() <= SEVERE_TRIM_DB && *rails.trim_db.start() >= -SEVERE_TRIM_DB);
            assert!(*rails.ratio.end() <= SEVERE_RATIO);
        }
    }
}
