//! What a VST3 host reads beside the sound.

use crate::bundles::Product;
use crate::fake_host::{Offer, Plugin};
use crate::vst3::Vst3;

#[test]
fn a_host_reads_the_values_of_the_state_it_has_loaded() {
    for product in Product::ALL {
        let saved = Plugin::new(product, Offer::All);
        let parameters = saved.parameters();
        let moved: Vec<(u32, f64)> = parameters.iter().map(|parameter| (parameter.id, parameter.at(0.75))).collect();
        saved.set(&moved);
        let vst3 = Vst3::new(product);
        assert!(vst3.load(&saved.save()), "{product:?}");
        let mut moved = 0;
        for parameter in &parameters {
            let range = parameter.max - parameter.min;
            let expected = (saved.value(parameter.id) - parameter.min) / range;
            // The number of a parameter loses its highest bit in VST3.
            let read = vst3.value(parameter.id & 0x7fff_ffff);
            assert!((read - expected).abs() < 1e-6, "{product:?}, {}: {read} instead of {expected}", parameter.name);
            moved += usize::from((expected - (parameter.default - parameter.min) / range).abs() > 1e-3);
        }
        assert!(2 * moved > parameters.len(), "{product:?}: only {moved} stood elsewhere than by default");
    }
}

#[test]
fn a_state_that_is_refused_changes_no_value() {
    for product in Product::ALL {
        let parameters = Plugin::new(product, Offer::All).parameters();
        let vst3 = Vst3::new(product);
        let values = || parameters.iter().map(|parameter| vst3.value(parameter.id & 0x7fff_ffff)).collect::<Vec<_>>();
        let before = values();
        assert!(!vst3.load(b"no state of ours"));
        assert_eq!(values(), before, "{product:?}");
    }
}

/// `kNeedTransportState`: without it a host may leave out whether it plays.
#[test]
fn a_host_is_asked_for_the_transport() {
    for product in Product::ALL {
        assert_ne!(Vst3::new(product).needed_context() & 1 << 10, 0, "{product:?}");
    }
}
