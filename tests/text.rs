//! Parameters as a host lists and prints them.
#![allow(unsafe_code, reason = "the C functions are called with what no safe interface would pass")]

use std::collections::HashSet;
use std::ffi::{CString, c_char};
use std::fmt::Write;
use std::path::Path;

use clap_sys::ext::params::{CLAP_PARAM_IS_BYPASS, CLAP_PARAM_IS_STEPPED, clap_param_info};

use crate::bundles::Product;
use crate::fake_host::{Offer, Plugin};

#[test]
fn every_text_means_the_same_when_it_is_typed() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        for parameter in plugin.parameters() {
            for step in 0..=200 {
                let value = parameter.at(f64::from(step) / 200.0);
                let text = plugin.text(parameter.id, value).unwrap();
                let about = format!("{product:?}: {} at {value} reads {text:?}", parameter.name);
                let typed = plugin
                    .typed(parameter.id, &CString::new(text.clone()).unwrap())
                    .unwrap_or_else(|| panic!("{about}, which it does not understand"));
                assert!((parameter.min..=parameter.max).contains(&typed), "{about}, typed {typed}");
                let again = plugin.text(parameter.id, typed).unwrap();
                assert_eq!(again, text, "{about}");
                let twice = plugin.typed(parameter.id, &CString::new(again).unwrap());
                assert_eq!(twice, Some(typed), "{about}");
            }
        }
    }
}

#[test]
fn every_text_is_for_reading() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        for parameter in plugin.parameters() {
            for step in 0..=200 {
                let text = plugin.text(parameter.id, parameter.at(f64::from(step) / 200.0)).unwrap();
                assert!(!text.trim().is_empty(), "{product:?}: {}", parameter.name);
                assert!(!text.contains("-0.00") && !text.to_lowercase().contains("nan"), "{}: {text}", parameter.name);
            }
        }
    }
}

#[test]
fn texts_that_mean_nothing_are_refused() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        for parameter in plugin.parameters() {
            // A switch takes everything but "on" and "true" as off.
            if parameter.flags & CLAP_PARAM_IS_STEPPED != 0 && parameter.max == 1.0 {
                continue;
            }
            for text in [c"", c"   ", c"loud", c"nan", c"inf", c"--3", c"\xff\xfe"] {
                let typed = plugin.typed(parameter.id, text);
                assert_eq!(typed, None, "{product:?}: {} takes {text:?}", parameter.name);
            }
        }
        assert_eq!(plugin.typed(12_345, c"1"), None);
        assert_eq!(plugin.text(12_345, 0.5), None);
    }
}

#[test]
fn a_value_text_never_leaves_its_buffer() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let call = plugin.params().value_to_text.unwrap();
        for parameter in plugin.parameters() {
            let whole = plugin.text(parameter.id, parameter.default).unwrap();
            for size in 0..12_u32 {
                let mut buffer = [0x55 as c_char; 16];
                // SAFETY: the buffer is larger than the size it is said to have.
                let done = unsafe { call(plugin.raw(), parameter.id, parameter.default, buffer.as_mut_ptr(), size) };
                assert!(buffer[size as usize..].iter().all(|&byte| byte == 0x55), "{}, size {size}", parameter.name);
                assert_eq!(done, size > 0);
                if done {
                    let length = buffer.iter().position(|&byte| byte == 0).unwrap();
                    assert!(length < size as usize);
                    let text: Vec<u8> = buffer[..length].iter().map(|&byte| byte as u8).collect();
                    assert!(whole.as_bytes().starts_with(&text));
                }
            }
            for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert_eq!(plugin.text(parameter.id, value), None, "{}", parameter.name);
            }
            // SAFETY: a null buffer must be refused, not written.
            assert!(!unsafe { call(plugin.raw(), parameter.id, parameter.default, std::ptr::null_mut(), 16) });
        }
    }
}

#[test]
fn parameters_beyond_the_last_are_not_there() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let params = plugin.params();
        // SAFETY: the struct may be all zero, and null must be refused.
        unsafe {
            let mut info: clap_param_info = std::mem::zeroed();
            let count = params.count.unwrap()(plugin.raw());
            for index in [count, count + 1, u32::MAX] {
                assert!(!params.get_info.unwrap()(plugin.raw(), index, &raw mut info), "{product:?}: {index}");
            }
            assert!(!params.get_info.unwrap()(plugin.raw(), 0, std::ptr::null_mut()));
            let mut value = 0.0;
            assert!(!params.get_value.unwrap()(plugin.raw(), 12_345, &raw mut value));
            assert!(!params.get_value.unwrap()(plugin.raw(), 0, std::ptr::null_mut()));
        }
    }
}

#[test]
fn every_parameter_has_a_name_and_an_id_of_its_own_and_one_is_the_bypass() {
    for product in Product::ALL {
        let parameters = Plugin::new(product, Offer::All).parameters();
        let ids: HashSet<_> = parameters.iter().map(|parameter| parameter.id).collect();
        let names: HashSet<_> = parameters.iter().map(|parameter| &parameter.name).collect();
        assert_eq!((ids.len(), names.len()), (parameters.len(), parameters.len()), "{product:?}");
        let bypasses: Vec<_> =
            parameters.iter().filter(|parameter| parameter.flags & CLAP_PARAM_IS_BYPASS != 0).collect();
        assert_eq!(bypasses.len(), 1, "{product:?}");
        assert_eq!(bypasses[0].name, "Bypass");
    }
}

/// What automation lanes and saved projects rely on: ids, ranges and defaults, as numbers and as texts.
fn listing() -> String {
    let mut listing = String::new();
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        for parameter in plugin.parameters() {
            let text = |value| plugin.text(parameter.id, value).unwrap();
            let kind = if parameter.flags & CLAP_PARAM_IS_STEPPED != 0 { "stepped" } else { "continuous" };
            writeln!(
                listing,
                "{} | {} | {} | {kind} 0 to {} | default {:.6} | {} … {} | default {}",
                product.name(),
                parameter.name,
                parameter.id,
                parameter.max,
                parameter.default,
                text(parameter.min),
                text(parameter.max),
                text(parameter.default),
            )
            .unwrap();
        }
    }
    listing
}

/// A parameter may be added; none may change or go. After adding one, run the test with `UPDATE_GOLDEN=1` and look at
/// the difference: only new lines may appear (and the last platform of `Target`, when the table has grown).
#[test]
fn parameters_never_change() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/parameters.txt");
    let now = listing();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap();
    for (golden, now) in golden.lines().zip(now.lines()) {
        assert_eq!(golden, now, "a released parameter has changed");
    }
    assert_eq!(golden.lines().count(), now.lines().count(), "parameters have come or gone");
}

#[test]
fn every_choice_is_given_back_as_the_whole_number_it_was_set_by() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let parameters = plugin.parameters();
        let choices = parameters.iter().filter(|parameter| parameter.flags & CLAP_PARAM_IS_STEPPED != 0);
        for parameter in choices {
            for choice in 0..=parameter.max as u32 {
                plugin.set(&[(parameter.id, choice.into())]);
                assert_eq!(plugin.value(parameter.id), f64::from(choice), "{product:?}, {}", parameter.name);
            }
        }
        assert!(parameters.iter().any(|parameter| parameter.max > 5.0), "{product:?} has a list of choices");
    }
}
