//! `soak`: the long forms of the session's tests, for as long as there is time.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run;

/// The long forms of the session's tests.
#[derive(clap::Args)]
pub struct Options {
    /// Minutes for all of them together
    #[arg(long, default_value_t = 10.0, value_parser = positive)]
    minutes: f64,
}

/// A test with a long form, and its share of the time; without one it takes as long as it takes.
struct Soak {
    test: &'static str,
    share: Option<f64>,
}

const SOAKS: [Soak; 10] = [
    Soak { test: "crashes::sixteen_processes_killed_at_random_harm_nobody", share: Some(0.35) },
    Soak { test: "crashes::twelve_processes_that_race_to_be_first_make_one_region", share: Some(0.15) },
    Soak { test: "stops::a_stopped_process_is_grey_but_not_dead", share: Some(0.1) },
    Soak { test: "readings::no_reading_is_ever_torn", share: Some(0.1) },
    Soak { test: "hostile::two_hundred_thousand_broken_slots_decode_to_sane_views", share: Some(0.1) },
    Soak { test: "hostile::members_survive_somebody_who_writes_anything_anywhere", share: Some(0.1) },
    Soak { test: "hostile::members_survive_somebody_who_writes_what_they_believe", share: Some(0.1) },
    Soak { test: "libraries::two_copies_in_one_process_see_each_other_and_unload_one_by_one", share: None },
    Soak { test: "syscalls::ten_thousand_publishes_and_polls_make_no_system_call", share: None },
    Soak { test: MODELS, share: None },
];

/// The protocol under the orders of its atomics: a test binary of its own, all of it.
const MODELS: &str = "loom";

/// How a test ended.
struct Outcome {
    test: &'static str,
    taken: Duration,
    is_kept: bool,
    /// What it counted, or why it could not be done.
    figures: String,
}

/// Runs them one after the other; fails if any promise was broken.
pub fn run(options: &Options) -> Result<()> {
    if cfg!(not(target_os = "linux")) {
        bail!("the session's long tests need Linux");
    }
    run::cargo(&["test", "-p", "session", "--no-run"])?;
    let seconds = options.minutes * 60.0;
    let outcomes: Vec<Outcome> = SOAKS
        .iter()
        .map(|soak| go(soak, soak.share.map_or(seconds, |share| share * seconds)))
        .collect::<Result<_>>()?;
    println!();
    let mut broken = 0;
    for outcome in &outcomes {
        broken += usize::from(!outcome.is_kept);
        let verdict = if outcome.is_kept { "kept" } else { "BROKEN" };
        println!("{verdict:>6}  {:>5.0} s  {}", outcome.taken.as_secs_f64(), outcome.test.replace("::", ": "));
        if !outcome.figures.is_empty() {
            println!("{:16}{}", "", outcome.figures);
        }
    }
    if broken == 0 { Ok(()) } else { bail!("{broken} promises of the session were broken") }
}

fn go(soak: &Soak, seconds: f64) -> Result<Outcome> {
    let bar = progress_bar(seconds as u64, soak.test);
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let of_processes = ["processes", "--", "--nocapture", "--exact", soak.test];
    let of_models = [MODELS, "--", "--nocapture"];
    let mut child = Command::new(program)
        .args(["test", "-q", "-p", "session", "--test"])
        .args(if soak.test == MODELS { &of_models[..] } else { &of_processes })
        .env("STEMMA_SOAK_SECONDS", seconds.to_string())
        .current_dir(run::workspace())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cargo cannot be started")?;
    let (sender, lines) = channel();
    let pipes: [Option<Box<dyn std::io::Read + Send>>; 2] =
        [child.stdout.take().map(|pipe| Box::new(pipe) as _), child.stderr.take().map(|pipe| Box::new(pipe) as _)];
    for pipe in pipes.into_iter().flatten() {
        let sender = sender.clone();
        thread::spawn(move || {
            BufReader::new(pipe).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
    }
    drop(sender);
    let (start, mut told, mut figures) = (Instant::now(), Vec::new(), Vec::new());
    loop {
        match lines.recv_timeout(Duration::from_millis(200)) {
            Ok(line) => {
                let marks = ["figures: ", "skipped: "];
                let figure = marks.iter().find_map(|mark| Some(line.split_at(line.find(mark)?).1));
                figures.extend(figure.map(|figure| figure.trim_start_matches(marks[0]).to_owned()));
                told.push(line);
            }
            Err(RecvTimeoutError::Timeout) => bar.set_position(start.elapsed().as_secs()),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // A test that counted nothing is not there.
    let is_kept = child.wait().context("the test cannot be waited for")?.success() && !figures.is_empty();
    bar.finish_and_clear();
    println!("— {}: {}", soak.test, if is_kept { figures.join("; ") } else { "BROKEN".to_owned() });
    if !is_kept {
        println!("{}", told.join("\n"));
    }
    Ok(Outcome { test: soak.test, taken: start.elapsed(), is_kept, figures: figures.join("; ") })
}

/// A bar for someone who watches; nothing at all when the output goes elsewhere.
fn progress_bar(seconds: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos:>4}/{len} s  {msg}");
    ProgressBar::with_draw_target(Some(seconds), ProgressDrawTarget::stderr())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_message(what)
}

fn positive(text: &str) -> Result<f64, String> {
    let minutes: f64 = text.parse().map_err(|_| format!("\"{text}\" is no number"))?;
    if minutes > 0.0 && minutes.is_finite() { Ok(minutes) } else { Err("must be more than 0".to_owned()) }
}
