//! Stems and measurements to look at.

use dsp::master_chain::MasterReadings;
use dsp::meter::Readings;
use dsp::meter::null::NullReadings;
use session::identity::Info;
use session::member::{Activity, StemId, StemView};
use session::meters::{Meters, Moment, Position};

use super::super::seen::{Seen, SeenStem};
use crate::session_link::Measured;

/// A stem that plays.
pub fn stem(slot: usize, name: &str) -> SeenStem {
    let meters = Meters {
        momentary_lufs: -24.3,
        short_term_lufs: -23.9,
        integrated_lufs: -24.8,
        max_true_peak_dbtp: -11.2,
        gain_reduction_db: 1.5,
        ..Meters::default()
    };
    let view = StemView {
        id: StemId { slot, generation: 1 },
        instance: format!("{slot:032x}").parse().unwrap_or_default(),
        info: Info { name: name.to_owned(), role: (slot % 11) as u8, ..Info::default() }.into(),
        meters,
        position: Position::default(),
        moment: Some(Moment::new(&meters, Position::default())),
        activity: Activity::Live,
        is_copy: false,
        soloed: false,
        silenced: false,
    };
    SeenStem { view, is_pending: false, refused: None }
}

/// So many stems.
pub fn stems(count: usize) -> Vec<SeenStem> {
    (0..count).map(|slot| stem(slot, &format!("Stem {}", slot + 1))).collect()
}

/// A session in the middle of a loud song.
pub fn playing(stems: Vec<SeenStem>) -> Seen {
    let meter = Readings {
        momentary_lufs: -10.3,
        short_term_lufs: -11.4,
        integrated_lufs: -13.9,
        max_momentary_lufs: -10.1,
        max_short_term_lufs: -11.1,
        true_peak_dbtp: 0.31,
        itu_true_peak_dbtp: 0.24,
        sample_peak_dbfs: -0.12,
        range_lu: 11.2,
        plr_lu: 14.2,
        psr_lu: 11.7,
        correlation: -0.42,
        clip_count: 1_234,
        peak_dbfs: [-1.2, -2.4],
        rms_dbfs: [-14.0, -16.0],
        measured_frames: 4_800_000,
        ..Readings::default()
    };
    let null = NullReadings {
        residual_dbfs: -101.2,
        relative_db: Some(-88.8),
        worst_residual_dbfs: -100.1,
        worst_relative_db: Some(-87.7),
        worst_song_frames: 480_000_000,
        peak_dbfs: -96.6,
        offset_frames: -12_345,
    };
    let readings = MasterReadings {
        meter,
        compressor_reduction_db: 2.5,
        max_compressor_reduction_db: 11.4,
        limiter_reduction_db: 3.4,
        max_limiter_reduction_db: 12.8,
        limiter_reducing_share: 0.42,
        null: Some(null),
    };
    Seen {
        measured: Measured { readings, is_playing: true },
        sample_rate_hz: 48_000.0,
        stems,
        link: "Linked to Session".to_owned(),
        session_name: "Session".to_owned(),
        ..Seen::default()
    }
}
