//! What is played: form, tempo, harmony and melody.

use super::synth::Random;

/// Length of the song.
pub const BARS: usize = 16;
/// Sixteenth notes in a bar.
pub const STEPS: usize = 16;
/// A sixteenth note at 124 beats a minute.
pub const STEP_S: f64 = 60.0 / 124.0 / 4.0;
/// A bar.
pub const BAR_S: f64 = STEP_S * STEPS as f64;

/// How late every second sixteenth comes, as a share of a sixteenth.
const SWING: f64 = 0.12;
/// The natural minor scale, in semitones.
const SCALE: [i32; 7] = [0, 2, 3, 5, 7, 8, 10];
/// Roots of the chords, as degrees of the scale, a bar each.
const PROGRESSIONS: [[i32; 4]; 4] = [[0, 5, 2, 6], [5, 6, 0, 2], [0, 2, 6, 3], [0, 5, 3, 6]];
/// Rhythms of the melody: start and length in sixteenths.
const RHYTHMS: [&[(usize, usize)]; 5] = [
    &[(0, 3), (3, 3), (6, 4), (12, 4)],
    &[(2, 2), (4, 2), (6, 6), (14, 2)],
    &[(0, 6), (6, 2), (8, 6)],
    &[(0, 2), (2, 2), (4, 3), (7, 3), (10, 6)],
    &[(4, 2), (6, 2), (8, 3), (11, 5)],
];

/// The parts of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Pads and keys alone, hats later.
    Intro,
    /// The beat, the bass and a sparse melody.
    Verse,
    /// Rises towards the chorus.
    Lift,
    /// Everybody, loudest.
    Chorus,
    /// The last chord.
    Ending,
}

/// A note of the melody.
#[derive(Clone, Copy, Debug)]
pub struct Note {
    /// When it starts.
    pub start_s: f64,
    /// How long it is held.
    pub duration_s: f64,
    /// MIDI note number.
    pub pitch: f64,
}

/// The song on paper.
#[derive(Clone, Debug)]
pub struct Score {
    /// Chooses everything that is left to chance.
    pub seed: u64,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// MIDI note number of the key's lowest root.
    key: i32,
    progression: [i32; 4],
}

impl Score {
    /// Chooses key and chords.
    pub fn new(seed: u64, sample_rate_hz: f64) -> Self {
        let mut random = Random::new(seed, 0);
        let key = 31 + random.below(6) as i32;
        Self { seed, sample_rate_hz, key, progression: PROGRESSIONS[random.below(PROGRESSIONS.len())] }
    }

    /// The length of every stem.
    pub fn frames(&self) -> usize {
        (BAR_S * BARS as f64 * self.sample_rate_hz).round() as usize
    }

    /// When a sixteenth of a bar is played, swing included.
    pub fn time_s(&self, bar: usize, step: usize) -> f64 {
        let late = if step % 2 == 1 { SWING } else { 0.0 };
        BAR_S * bar as f64 + STEP_S * (step as f64 + late)
    }

    /// The part of the form a bar belongs to.
    pub fn section(&self, bar: usize) -> Section {
        match bar {
            0..2 => Section::Intro,
            2..6 => Section::Verse,
            6..8 => Section::Lift,
            8..14 => Section::Chorus,
            _ => Section::Ending,
        }
    }

    /// How hard the players play in a bar, up to 1.
    pub fn energy(&self, bar: usize) -> f64 {
        match self.section(bar) {
            Section::Intro => 0.6,
            Section::Verse => 0.68,
            Section::Lift => 0.75,
            Section::Chorus => 1.0,
            Section::Ending => 0.9,
        }
    }

    /// Sixteenths of a bar on which the kick drum plays, with its strength.
    pub fn kicks(&self, bar: usize) -> &'static [(usize, f64)] {
        match self.section(bar) {
            Section::Intro => &[],
            Section::Verse if bar.is_multiple_of(2) => &[(0, 1.0), (6, 0.75), (8, 0.95)],
            Section::Verse => &[(0, 1.0), (7, 0.7), (10, 0.9)],
            Section::Lift if bar == 7 => &[(0, 0.9), (4, 0.9)],
            Section::Lift | Section::Chorus => &[(0, 1.0), (4, 0.97), (8, 1.0), (12, 0.97)],
            Section::Ending if bar == 14 => &[(0, 1.0)],
            Section::Ending => &[],
        }
    }

    /// The degree of the scale the bar's chord stands on; the song ends at home.
    fn root_degree(&self, bar: usize) -> i32 {
        if self.section(bar) == Section::Ending { 0 } else { self.progression[bar % 4] }
    }

    /// MIDI note number of a degree of the scale, counted from the key's lowest root.
    fn pitch(&self, degree: i32) -> i32 {
        self.key + 12 * degree.div_euclid(7) + SCALE[degree.rem_euclid(7) as usize]
    }

    /// The bass note of a bar, E1 to D2.
    pub fn bass_note(&self, bar: usize) -> f64 {
        let note = self.pitch(self.root_degree(bar));
        f64::from(if note > 38 { note - 12 } else { note })
    }

    /// The four notes of a bar's seventh chord: the triad between G3 and F♯4, turned so that the chords connect, and
    /// the seventh in the octave above, where it does not rub against the root.
    pub fn chord_notes(&self, bar: usize) -> [f64; 4] {
        let root = self.root_degree(bar);
        [(0, 55), (2, 55), (4, 55), (6, 67)]
            .map(|(third, lowest)| f64::from(lowest + (self.pitch(root + third) - lowest).rem_euclid(12)))
    }

    /// The melody: a two-bar idea for the verse and one for the chorus, each varied when it returns.
    pub fn melody(&self) -> Vec<Note> {
        let mut random = Random::new(self.seed, 1);
        let mut notes = Vec::new();
        for (section, octave_degree) in [(Section::Verse, 21), (Section::Chorus, 25)] {
            let rhythms = [RHYTHMS[random.below(3)], RHYTHMS[2 + random.below(3)]];
            let contour: Vec<i32> = (0..16).map(|_| random.below(5) as i32 - 2).collect();
            for bar in (0..BARS).filter(|&bar| self.section(bar) == section) {
                let mut degree = octave_degree;
                for (i, &(step, length)) in rhythms[bar % 2].iter().enumerate() {
                    degree = (degree + contour[(bar % 2) * 8 + i]).clamp(octave_degree - 4, octave_degree + 4);
                    // On the heavy sixteenths the melody sings with the chord.
                    let sung = if step % 4 == 0 { self.nearest_chord_degree(bar, degree) } else { degree };
                    notes.push(Note {
                        start_s: self.time_s(bar, step),
                        duration_s: STEP_S * length as f64,
                        pitch: f64::from(self.pitch(sung)),
                    });
                }
            }
        }
        notes.push(Note {
            start_s: self.time_s(14, 0),
            duration_s: BAR_S,
            pitch: f64::from(self.pitch(self.nearest_chord_degree(14, 25))),
        });
        notes
    }

    /// The degree closest to `degree` that belongs to the bar's triad.
    fn nearest_chord_degree(&self, bar: usize, degree: i32) -> i32 {
        let in_chord = |degree: &i32| matches!((degree - self.root_degree(bar)).rem_euclid(7), 0 | 2 | 4);
        [0, -1, 1].map(|step| degree + step).into_iter().find(in_chord).unwrap_or(degree)
    }

    /// How far the kick drum pushes other instruments down, per frame: 1 just after a kick in the louder sections.
    pub fn pump(&self) -> Vec<f32> {
        let mut pump = vec![0f32; self.frames()];
        for bar in (0..BARS).filter(|&bar| matches!(self.section(bar), Section::Lift | Section::Chorus)) {
            for &(step, _) in self.kicks(bar) {
                let start = (self.time_s(bar, step) * self.sample_rate_hz) as usize;
                let frames = (4.0 * STEP_S * self.sample_rate_hz) as usize;
                for (i, depth) in pump.iter_mut().skip(start).take(frames).enumerate() {
                    let time_s = i as f64 / self.sample_rate_hz;
                    let shape = (time_s / 0.006).min(1.0) * super::synth::decay(time_s, 0.11);
                    *depth = depth.max(shape as f32);
                }
            }
        }
        pump
    }
}
