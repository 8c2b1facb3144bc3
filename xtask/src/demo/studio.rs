//! The mixer: a Stem Trim on every stem, a Master Bus on their sum.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use dsp::sum::Sum;
use host::{Activation, Player, Position, Track};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use render::report::Curves;
use testkit::signals::Random;

use super::Stopwatch;
use super::accident::Accident;
use super::figures::MasterReport;
use super::seat::{Preset, Seat, activate_stem, open_stem, set_master};
use super::song::Song;

/// The end of the range of the limiter's drive.
pub const MAX_DRIVE_DB: f64 = 24.0;

/// How the mixer is put together.
pub struct Setup {
    /// How the controls stand.
    pub preset: Preset,
    /// All plugins in this process.
    pub in_process: bool,
    /// Frames in a block.
    pub block_frames: u32,
    /// Open the plugins in a mixed order.
    pub shuffle: bool,
    /// A stem is killed on the way.
    pub accident: bool,
}

/// The open mixer.
pub struct Studio {
    stems: Vec<Seat>,
    master: Seat,
    setup: Setup,
    /// What happened so far.
    events: Vec<String>,
}

/// One playing of the song.
pub struct Take {
    /// Left and right of the master, in time and as long as the stems.
    pub sound: [Vec<f32>; 2],
    /// Every stem as it left its Stem Trim, channel by channel, in mixer order.
    pub stems: Vec<Vec<Vec<f32>>>,
    /// Largest sample of the sum before Master Bus.
    pub sum_peak: f32,
    /// Stems whose loudness the master saw moving while the song played.
    moving_stems: BTreeSet<String>,
    /// What happened on the way, a sentence each.
    pub events: Vec<String>,
    /// Whether the stems reached the sum as they are.
    is_neutral: bool,
    /// What Master Bus knew at the end.
    pub master: MasterReport,
    /// What moved on the way.
    pub curves: Curves,
    /// How long the song was against the time it took.
    times_realtime: f64,
}

impl Studio {
    /// Loads the bundles and sets the controls.
    pub fn open(song: &Song, setup: Setup) -> Result<Self> {
        let mut order: Vec<Option<usize>> = (0..song.stems.len()).map(Some).chain([None]).collect();
        let mut events = Vec::new();
        if setup.shuffle {
            shuffle(&mut order);
            let name = |place: &Option<usize>| place.map_or("Master Bus", |stem| &song.stems[stem].name);
            let names: Vec<&str> = order.iter().map(name).collect();
            events.push(format!("The {} plugins were opened in this order: {}.", order.len(), names.join(", ")));
        }
        let mut stems: Vec<Option<Seat>> = song.stems.iter().map(|_| None).collect();
        let mut master = None;
        for place in order {
            match place {
                Some(stem) => stems[stem] = Some(open_stem(&song.stems[stem], setup.in_process, setup.preset)?),
                None => {
                    let seat = master.insert(Seat::open("Master Bus", Track::master(), setup.in_process)?);
                    set_master(seat.player(), setup.preset)?;
                }
            }
        }
        let master = master.context("no Master Bus was opened")?;
        let mut studio = Self { stems: stems.into_iter().flatten().collect(), master, setup, events };
        studio.activate(song)?;
        Ok(studio)
    }

    /// Ends the process of a stem as a crash would; the state its project would have saved.
    pub fn kill(&mut self, stem: usize) -> Result<Vec<u8>> {
        let Seat::Apart(player) = &mut self.stems[stem] else { bail!("a plugin in this process cannot be killed") };
        let state = player.save_state()?;
        player.kill();
        Ok(state)
    }

    /// Opens the plugin of a stem again, with its state, as a host that opens its project again.
    pub fn restart(&mut self, song: &Song, stem: usize, state: &[u8]) -> Result<()> {
        let mut seat = Seat::open("Stem Trim", Track::bus(&song.stems[stem].name), self.setup.in_process)?;
        seat.player().load_state(state)?;
        activate_stem(seat.player(), &song.stems[stem], &self.activation(song))?;
        self.stems[stem] = seat;
        Ok(())
    }

    /// Whether Master Bus lists a stem of this name now.
    pub fn lists(&mut self, name: &str) -> Result<bool> {
        Ok(self.report()?.stems.iter().any(|stem| stem.name == name))
    }

    /// Chooses the platform Master Bus shows first.
    pub fn set_target(&mut self, id: &str) -> Result<()> {
        Ok(self.master.player().set("Measure/Target", id)?)
    }

    /// Sets the gain into the limiter.
    pub fn set_drive(&mut self, drive_db: f64) -> Result<()> {
        Ok(self.master.player().set("Limiter/Drive", &format!("{drive_db} dB"))?)
    }

    /// Waits until Master Bus lists every stem, and says so.
    pub fn seated(&mut self) -> Result<String> {
        let start = Instant::now();
        loop {
            let report = self.report()?;
            if report.stems.len() == self.stems.len() {
                let names: Vec<&str> = report.stems.iter().map(|stem| stem.name.as_str()).collect();
                return Ok(format!(
                    "{}; Master Bus lists {} stems after {} ms: {}",
                    report.link,
                    names.len(),
                    start.elapsed().as_millis(),
                    names.join(", ")
                ));
            }
            // Far more than it takes: the machine may be busy with other things.
            if start.elapsed() > Duration::from_secs(60) {
                bail!("Master Bus sees {} of {} stems ({})", report.stems.len(), self.stems.len(), report.link);
            }
            self.pump()?;
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Plays the song from the start.
    pub fn play(&mut self, song: &Song, what: &str) -> Result<Take> {
        let latency_frames = self.activate(song)?;
        let end = song.frames + latency_frames;
        let block_frames = self.setup.block_frames as usize;
        let mut accident = self.setup.accident.then(|| Accident::ahead(song));
        let bar = progress_bar(end as u64, what);
        let stopwatch = Stopwatch::start(song.seconds());
        let mut sum = Sum::new(2, block_frames);
        let mut sound = [Vec::with_capacity(end), Vec::with_capacity(end)];
        let mut stems: Vec<_> = song.stems.iter().map(|stem| vec![Vec::new(); stem.audio.channels.len()]).collect();
        let mut curves = Curves::default();
        let mut next_look = 0;
        let mut sum_peak = 0.0f32;
        let mut seen = BTreeMap::new();
        let mut moving_stems = BTreeSet::new();
        for start in (0..end).step_by(block_frames) {
            let frames = block_frames.min(end - start);
            let position = Position::playing(start as i64);
            if let Some(accident) = &mut accident {
                accident.keep_time(song, start);
                accident.go_on(self, song, start)?;
                // The song does not end before the accident: the transport stands and waits.
                while start + frames == end && accident.is_under_way() {
                    thread::sleep(Duration::from_millis(10));
                    accident.go_on(self, song, start)?;
                }
            }
            sum.clear();
            for (index, (seat, stem)) in self.stems.iter_mut().zip(&song.stems).enumerate() {
                let input = stem.audio.block(start, frames);
                let mut output = vec![vec![0.0; frames]; input.len()];
                if !accident.as_ref().is_some_and(|accident| accident.silences(index)) {
                    let mut output = borrowed_mut(&mut output);
                    seat.player().process(&borrowed(&input), None, &mut output, position, &[])?;
                }
                sum.add(&output);
                append(&mut stems[index], &output);
            }
            let mut mix = vec![vec![0.0; frames]; 2];
            sum.write(&mut borrowed_mut(&mut mix));
            sum_peak = mix.iter().flatten().fold(sum_peak, |peak, sample| peak.max(sample.abs()));
            let reference = song.reference.as_ref().map(|reference| reference.block(start, frames));
            let mut output = vec![vec![0.0; frames]; 2];
            let sidechain = reference.as_ref().map(|reference| borrowed(reference));
            self.master.player().process(
                &borrowed(&mix),
                sidechain.as_deref(),
                &mut borrowed_mut(&mut output),
                position,
                &[],
            )?;
            append(&mut sound, &output);
            if start >= next_look {
                next_look = start + song.sample_rate_hz as usize / 10;
                let report = self.report()?;
                report.add_to(&mut curves, start as f64 / f64::from(song.sample_rate_hz));
                for stem in report.stems {
                    let before = seen.insert(stem.name.clone(), stem.momentary_lufs);
                    if before.is_some_and(|before| before != stem.momentary_lufs) {
                        moving_stems.insert(stem.name);
                    }
                }
            }
            bar.set_position((start + frames) as u64);
        }
        bar.finish_and_clear();
        for channel in &mut sound {
            channel.drain(..latency_frames);
        }
        stems.iter_mut().flatten().for_each(|channel| channel.truncate(song.frames));
        let times_realtime = stopwatch.times_realtime();
        let master = self.final_report()?;
        println!("— {what}: {} LUFS, {times_realtime:.0} × realtime", master.figures.integrated_lufs.text(1));
        Ok(Take {
            sound,
            stems,
            sum_peak,
            moving_stems,
            events: self
                .events
                .iter()
                .cloned()
                .chain(accident.into_iter().flat_map(|accident| accident.events))
                .collect(),
            is_neutral: self.setup.preset == Preset::Neutral,
            master,
            curves,
            times_realtime,
        })
    }

    /// (Re)activates every plugin: a song starts with fresh meters. Returns the latency of the whole.
    fn activate(&mut self, song: &Song) -> Result<usize> {
        let activation = self.activation(song);
        for (seat, stem) in self.stems.iter_mut().zip(&song.stems) {
            activate_stem(seat.player(), stem, &activation)?;
        }
        Ok(self.master.player().activate(&activation)?.latency_frames as usize)
    }

    fn activation(&self, song: &Song) -> Activation {
        Activation {
            sample_rate_hz: f64::from(song.sample_rate_hz),
            max_frames: self.setup.block_frames,
            channels: 2,
            offline: true,
        }
    }

    /// What Master Bus knows once the last figures of every stem have arrived: publishing is a store, reading is the
    /// helper thread's next round.
    fn final_report(&mut self) -> Result<MasterReport> {
        // Stopping publishes the very last figures, also of a block too short to publish by itself.
        for seat in &mut self.stems {
            seat.player().deactivate()?;
        }
        self.master.player().deactivate()?;
        let report = self.report()?;
        if report.stems.len() != self.stems.len() {
            bail!("Master Bus sees {} of {} stems at the end", report.stems.len(), self.stems.len());
        }
        Ok(report)
    }

    fn report(&mut self) -> Result<MasterReport> {
        let text = self.master.player().report()?.context("Master Bus gives no report")?;
        serde_json::from_str(&text).with_context(|| format!("the report of Master Bus is not readable: {text}"))
    }

    fn pump(&mut self) -> Result<()> {
        self.master.player().pump()?;
        Ok(self.stems.iter_mut().try_for_each(|seat| seat.player().pump())?)
    }
}

impl Take {
    /// What the reader of the report should know of this take.
    pub fn notes(&self, song: &Song) -> Vec<String> {
        let mut notes = vec![format!(
            "{} plugins played {:.0} s of music at {:.0} × realtime; Master Bus saw the meters of {} of {} stems move.",
            song.stems.len() + 1,
            song.seconds(),
            self.times_realtime,
            self.moving_stems.len(),
            song.stems.len()
        )];
        // Corrected stems differ from the reference on purpose: only a neutral sum is compared.
        if let Some(null_test) = self.master.null_test.as_ref().filter(|_| self.is_neutral) {
            notes.push(null_test.sentence(f64::from(song.sample_rate_hz)));
        }
        notes
    }
}

/// Mixes an order, the same way every time.
fn shuffle<T>(order: &mut [T]) {
    let mut random = Random::new(16);
    for end in (1..order.len()).rev() {
        order.swap(end, random.below(end + 1));
    }
}

fn append(channels: &mut [Vec<f32>], block: &[Vec<f32>]) {
    for (channel, block) in channels.iter_mut().zip(block) {
        channel.extend_from_slice(block);
    }
}

fn borrowed(rows: &[Vec<f32>]) -> Vec<&[f32]> {
    rows.iter().map(Vec::as_slice).collect()
}

fn borrowed_mut(rows: &mut [Vec<f32>]) -> Vec<&mut [f32]> {
    rows.iter_mut().map(Vec::as_mut_slice).collect()
}

/// A bar for someone who watches; nothing at all when the output goes elsewhere.
fn progress_bar(frames: u64, what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:28} {bar:40} {percent:>3} %  {eta} left");
    ProgressBar::with_draw_target(Some(frames), ProgressDrawTarget::stderr())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what.to_owned())
}
