//! `stemma-host`: plays a file through a CLAP plugin, without a DAW.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use audio_file::{WavEncoding, read, write_wav};
use clap::{Args, Parser, Subcommand, ValueEnum};
use host::{Instance, PlaySettings, Player, Remote, Track, play, plugins_in, serve};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A headless host for CLAP plugins: see what is in a bundle, play files through it.
#[derive(Parser)]
#[command(name = "stemma-host", version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the plugins of a bundle with their ports and parameters
    List {
        /// The bundle (.clap)
        bundle: PathBuf,
    },
    /// Play a file through a plugin: same length, in time, nothing written unless all went well
    Run(Run),
    /// Serve one plugin over standard input and output (used by --isolated)
    #[command(hide = true)]
    Serve,
}

#[derive(Args)]
struct Run {
    /// The bundle (.clap)
    bundle: PathBuf,
    /// Id of the plugin, where the bundle has several
    #[arg(long)]
    plugin: Option<String>,
    /// The file to play: WAV, AIFF or FLAC, mono or stereo
    #[arg(long)]
    input: PathBuf,
    /// The WAV to write
    #[arg(long)]
    output: PathBuf,
    /// A file for the side-chain input
    #[arg(long)]
    sidechain: Option<PathBuf>,
    /// A parameter and its value as the plugin writes it, e.g. --set "Trim/Gain=-1.5 dB"; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE")]
    settings: Vec<String>,
    /// A state saved with --save-state, loaded before the parameters are set
    #[arg(long)]
    state: Option<PathBuf>,
    /// Where to save the plugin's state at the end
    #[arg(long)]
    save_state: Option<PathBuf>,
    /// Name of the track the plugin is told it sits on
    #[arg(long)]
    track: Option<String>,
    /// Frames in a block
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    block: u32,
    /// Play in real time, as if someone were listening, instead of rendering as fast as it goes
    #[arg(long)]
    realtime: bool,
    /// Give the plugin a process of its own
    #[arg(long)]
    isolated: bool,
    /// Print what the plugin reports about itself, as JSON
    #[arg(long)]
    report: bool,
    /// Bits of the WAV; fewer than 32 round without dither, which the plugin must have done
    #[arg(long, value_enum, default_value_t = Bits::Float32)]
    bits: Bits,
}

#[derive(Clone, Copy, ValueEnum)]
enum Bits {
    /// 16-bit whole numbers
    #[value(name = "16")]
    Integer16,
    /// 24-bit whole numbers
    #[value(name = "24")]
    Integer24,
    /// 32-bit floats, exactly what the plugin puts out
    #[value(name = "32")]
    Float32,
}

fn main() -> ExitCode {
    let done = match CommandLine::parse().command {
        Command::List { bundle } => list(bundle),
        Command::Run(options) => run(&options),
        Command::Serve => serve().context("the process that started this one is gone"),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stemma-host: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn list(bundle: PathBuf) -> anyhow::Result<()> {
    for description in plugins_in(&bundle)? {
        println!("{} {} by {} ({})", description.name, description.version, description.vendor, description.id);
        let mut instance = Instance::load(&bundle, Some(&description.id), Track::default())?;
        let ports = instance.ports()?;
        for (direction, ports) in [("in ", &ports.inputs), ("out", &ports.outputs)] {
            for port in ports {
                let kind = if port.main { "" } else { " (not the main port)" };
                println!("  {direction}  {}: {} channel(s){kind}", port.name, port.channels);
            }
        }
        for layout in &ports.layouts {
            println!("  layout {}: {} in, {} out", layout.name, layout.main_channels.0, layout.main_channels.1);
        }
        for parameter in instance.parameters()? {
            let mut text = |value| instance.text_from_value(parameter.id, value).unwrap_or_else(|_| value.to_string());
            let range = format!("{} … {}", text(parameter.min_value), text(parameter.max_value));
            let default = text(parameter.default_value);
            println!("  {:>10}  {}: {range}, default {default}{}", parameter.id, parameter.path(), flags(&parameter));
        }
    }
    Ok(())
}

fn flags(parameter: &host::Parameter) -> String {
    let named = [
        (parameter.stepped && !parameter.enumerated, "stepped"),
        (parameter.enumerated, "list"),
        (parameter.bypass, "bypass"),
        (!parameter.automatable, "not automatable"),
        (parameter.hidden, "hidden"),
        (parameter.read_only, "read only"),
    ];
    named.iter().filter(|(set, _)| *set).map(|(_, name)| format!(", {name}")).collect()
}

fn run(options: &Run) -> anyhow::Result<()> {
    let input = read(&options.input)?;
    let sidechain = options.sidechain.as_ref().map(read).transpose()?;
    let track = Track { name: options.track.clone(), ..Track::default() };
    let id = options.plugin.as_deref();
    let mut player: Box<dyn Player> = if options.isolated {
        Box::new(Remote::load(&options.bundle, id, track)?)
    } else {
        Box::new(Instance::load(&options.bundle, id, track)?)
    };

    if let Some(path) = &options.state {
        let state = fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        player.load_state(&state)?;
    }
    for setting in &options.settings {
        let Some((name, value)) = setting.split_once('=') else {
            bail!("--set \"{setting}\": write it as NAME=VALUE, for example \"Trim/Gain=-1.5 dB\"");
        };
        player.set(name.trim(), value.trim())?;
    }

    let progress = progress_bar(input.frames() as u64);
    let settings = PlaySettings { block_frames: options.block, offline: !options.realtime };
    let output =
        play(&mut *player, &input, sidechain.as_ref(), &settings, &mut |done| progress.set_position(done as u64));
    progress.finish_and_clear();
    let encoding = match options.bits {
        Bits::Integer16 => WavEncoding::Integer16,
        Bits::Integer24 => WavEncoding::Integer24,
        Bits::Float32 => WavEncoding::Float32,
    };
    write_wav(&options.output, &output?, encoding)?;

    if let Some(path) = &options.save_state {
        fs::write(path, player.save_state()?).with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    if options.report {
        match player.report()? {
            Some(report) => println!("{report}"),
            None => bail!("{}: has no report ({})", player.label(), host::REPORT_EXTENSION.to_string_lossy()),
        }
    }
    Ok(())
}

/// A bar for someone who watches; nothing at all when the output goes elsewhere.
fn progress_bar(frames: u64) -> ProgressBar {
    let target = if io::IsTerminal::is_terminal(&io::stderr()) {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} / {eta} left");
    ProgressBar::with_draw_target(Some(frames), target)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
