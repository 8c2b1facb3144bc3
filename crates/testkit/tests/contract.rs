//! The contract, held to processors that break one promise each.

use std::{
    cell::Cell,
    panic::{AssertUnwindSafe, catch_unwind},
    rc::Rc,
};
use testkit::{
    allocations::Counting,
    contract::{Processor, check},
};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What is wrong with a processor.
#[derive(Clone, Copy, PartialEq)]
enum Defect {
    None,
    ChangesNeutral,
    HumsInSilence,
    LiesAboutLatency,
    CountsBlocks,
    ForgetsToReset,
    Allocates,
    PassesNan,
    StaysBroken,
    SharesState,
    Clicks,
    DependsOnRate,
}

/// Delays by three frames and, when busy, adds a little of the frame before.
struct Echo {
    defect: Defect,
    line: [[f32; 4]; 2],
    busy: bool,
    blocks: usize,
    sample_rate_hz: f64,
    shared: Rc<Cell<usize>>,
}

impl Processor for Echo {
    fn process(&mut self, block: &mut [&mut [f32]]) {
        if self.blocks == 0 {
            self.shared.set(0);
        }
        self.blocks += 1;
        self.shared.set(self.shared.get() + 1);
        if self.defect == Defect::Allocates {
            drop(std::hint::black_box(vec![0.0_f32; 10]));
        }
        for (line, channel) in self.line.iter_mut().zip(block) {
            for x in channel.iter_mut() {
                if !x.is_finite() && self.defect != Defect::PassesNan {
                    *x = if self.defect == Defect::StaysBroken { 1e30 } else { 0.0 };
                }
                line.rotate_right(1);
                line[0] = *x;
                let echo = if self.busy { 0.05 * (line[3] - *x) } else { 0.0 };
                *x = line[3] + echo;
                if self.defect == Defect::StaysBroken && line[0] > 1e29 {
                    line[1] = 1e30;
                    self.blocks = 1 << 40;
                }
                match self.defect {
                    Defect::ChangesNeutral => *x *= 1.000_001,
                    Defect::HumsInSilence if self.busy => *x += 0.01,
                    Defect::CountsBlocks if self.busy && self.blocks.is_multiple_of(2) => *x = -*x,
                    Defect::SharesState if self.busy && self.shared.get() != self.blocks => *x = -*x,
                    Defect::Clicks if self.busy => *x *= 0.9,
                    Defect::DependsOnRate if self.busy => *x *= 1.0 + 1e-6 * self.sample_rate_hz as f32,
                    Defect::StaysBroken if self.blocks > 1 << 39 => *x += 1.0,
                    _ => {}
                }
            }
        }
    }

    fn reset(&mut self) {
        if self.defect != Defect::ForgetsToReset {
            self.line = Default::default();
        }
        self.blocks = 0;
    }

    fn latency_frames(&self) -> usize {
        if self.defect == Defect::LiesAboutLatency { 2 } else { 3 }
    }

    fn largest_jump_step(&self) -> f64 {
        if self.defect == Defect::DependsOnRate { 1.0 } else { 0.001 }
    }

    fn set_neutral(&mut self) {
        self.busy = false;
    }

    fn set_busy(&mut self) {
        self.busy = true;
    }
}

/// What the contract says about a processor with this defect; empty when it is content.
fn verdict(defect: Defect) -> String {
    let shared = Rc::new(Cell::new(0));
    let make = move |sample_rate_hz: f64, _: usize| -> Box<dyn Processor> {
        let shared = shared.clone();
        Box::new(Echo { defect, line: Default::default(), busy: false, blocks: 0, sample_rate_hz, shared })
    };
    match catch_unwind(AssertUnwindSafe(|| check(&make))) {
        Ok(()) => String::new(),
        Err(message) => message.downcast_ref::<String>().cloned().unwrap_or_default(),
    }
}

#[test]
fn a_good_processor_keeps_every_promise() {
    assert_eq!(verdict(Defect::None), "");
}

#[test]
fn every_broken_promise_is_named() {
    for (defect, promise) in [
        (Defect::ChangesNeutral, "neutral settings leave the signal alone"),
        (Defect::HumsInSilence, "silence stays silence"),
        (Defect::LiesAboutLatency, "neutral settings leave the signal alone"),
        (Defect::CountsBlocks, "blocks of any length give the same bits"),
        (Defect::ForgetsToReset, "reset equals new"),
        (Defect::Allocates, "set, reset and process allocate nothing"),
        (Defect::PassesNan, "what comes out is finite"),
        (Defect::StaysBroken, "it recovers from broken input"),
        (Defect::SharesState, "two instances do not disturb each other"),
        (Defect::Clicks, "a settings jump makes no step larger than stated"),
        (Defect::DependsOnRate, "the same dB at every rate"),
    ] {
        let verdict = verdict(defect);
        assert!(verdict.starts_with(promise), "expected \"{promise}\", got \"{verdict}\"");
    }
}
