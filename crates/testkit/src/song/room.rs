//! A room: eight delay lines that feed each other.

/// Delays of the lines: no common divisor, so that their echoes do not pile up.
const DELAYS_S: [f64; 8] = [0.0293, 0.0341, 0.0371, 0.0411, 0.0437, 0.0499, 0.0533, 0.0599];

/// Reverberation, wet only.
///
/// After: feedback delay networks with a Householder matrix (J.-M. Jot, 1991).
#[derive(Clone, Debug)]
pub struct Room {
    lines: Vec<Line>,
}

#[derive(Clone, Debug)]
struct Line {
    samples: Vec<f64>,
    position: usize,
    /// Gain a round trip, so that 60 dB are lost in the room's decay time.
    feedback: f64,
    darkness: f64,
    dark: f64,
}

impl Room {
    /// A room that loses 60 dB in `decay_s` seconds; `darkness` 0 (bright) … 1 (dull), per round trip.
    pub fn new(sample_rate_hz: f64, decay_s: f64, darkness: f64) -> Self {
        let line = |delay_s: f64| Line {
            samples: vec![0.0; ((delay_s * sample_rate_hz) as usize).max(1)],
            position: 0,
            feedback: (-6.907_755 * delay_s / decay_s).exp(),
            darkness,
            dark: 0.0,
        };
        Self { lines: DELAYS_S.map(line).to_vec() }
    }

    /// The next wet frame; even lines hear left and are heard on the left, odd ones right.
    pub fn next(&mut self, input: [f64; 2]) -> [f64; 2] {
        let mut output = [0.0; 2];
        let mut heard = [0.0; DELAYS_S.len()];
        for (i, (line, heard)) in self.lines.iter_mut().zip(&mut heard).enumerate() {
            let echo = line.samples[line.position] * line.feedback;
            line.dark = echo + line.darkness * (line.dark - echo);
            *heard = line.dark;
            output[i % 2] += line.dark;
        }
        let shared = heard.iter().sum::<f64>() * 2.0 / DELAYS_S.len() as f64;
        for (i, (line, heard)) in self.lines.iter_mut().zip(heard).enumerate() {
            line.samples[line.position] = 0.5 * input[i % 2] + heard - shared;
            line.position = (line.position + 1) % line.samples.len();
        }
        output
    }
}
