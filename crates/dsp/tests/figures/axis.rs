//! Axes: where a value lies along an edge of a panel, and what stands beside it.

/// An edge of a panel.
#[derive(Clone)]
pub struct Axis {
    /// Quantity and unit.
    pub title: String,
    pub ticks: Vec<(f64, String)>,
    start: f64,
    end: f64,
    logarithmic: bool,
    /// Whether a line crosses the panel at each tick.
    pub has_grid: bool,
}

impl Axis {
    /// Equal steps, labelled with as many decimals as the step has.
    pub fn linear(title: &str, start: f64, end: f64, step: f64) -> Self {
        let decimals = (0..4).find(|&decimals| (step * 10f64.powi(decimals)).fract().abs() < 1e-9).unwrap_or(4);
        let count = ((end - start) / step + 1e-9).floor() as usize;
        let first = (start / step).ceil() * step;
        let ticks = (0..=count)
            .map(|index| first + index as f64 * step)
            .filter(|&value| value <= end + 1e-9)
            .map(|value| (value, number(value, decimals as usize)))
            .collect();
        Self { title: title.to_owned(), ticks, start, end, logarithmic: false, has_grid: true }
    }

    /// Equal steps for equal ratios, labelled at the given values.
    pub fn logarithmic(title: &str, start: f64, end: f64, ticks: &[f64]) -> Self {
        let label = |value: f64| if value >= 1_000.0 { format!("{}k", value / 1_000.0) } else { value.to_string() };
        let ticks = ticks.iter().filter(|&&value| (start..=end).contains(&value)).map(|&value| (value, label(value)));
        Self { title: title.to_owned(), ticks: ticks.collect(), start, end, logarithmic: true, has_grid: true }
    }

    /// Frequency as an engineer reads it: 20 50 100 … 20k.
    pub fn frequency(start_hz: f64, end_hz: f64) -> Self {
        const TICKS_HZ: [f64; 12] = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 5e3, 10e3, 15e3, 20e3];
        let crowded = end_hz / start_hz > 30.0;
        let ticks: Vec<f64> = TICKS_HZ.into_iter().filter(|&hz| !(crowded && hz == 15e3)).collect();
        Self::logarithmic("frequency, Hz", start_hz, end_hz, &ticks)
    }

    /// One place for each name, the first at 0, the second at 1.
    pub fn names<Name: AsRef<str>>(names: &[Name]) -> Self {
        let ticks = names.iter().enumerate().map(|(index, name)| (index as f64, name.as_ref().to_owned())).collect();
        let end = names.len() as f64 - 0.5;
        Self { title: String::new(), ticks, start: -0.5, end, logarithmic: false, has_grid: false }
    }

    /// The same axis without words: its neighbour carries them.
    pub fn without_labels(&self) -> Self {
        let ticks = self.ticks.iter().map(|&(value, _)| (value, String::new())).collect();
        Self { ticks, title: String::new(), ..self.clone() }
    }

    /// Where a value lies, 0 (start) … 1 (end), and beyond.
    pub fn share(&self, value: f64) -> f64 {
        let scale = |value: f64| if self.logarithmic { value.max(1e-12).ln() } else { value };
        (scale(value) - scale(self.start)) / (scale(self.end) - scale(self.start))
    }

    pub fn start(&self) -> f64 {
        self.start
    }

    pub fn end(&self) -> f64 {
        self.end
    }
}

/// A number with a minus as printed in books, and no "−0".
pub fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.strip_prefix('-') {
        Some(zero) if zero.bytes().all(|byte| matches!(byte, b'0' | b'.')) => zero.to_owned(),
        Some(positive) => format!("−{positive}"),
        None => text,
    }
}
