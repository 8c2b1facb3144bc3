//! A saved project opens with the sound it was saved with, and a damaged one changes nothing.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use testkit::signals::Random;

use crate::bundles::Product;
use crate::fake_host::{Offer, Parameter, Plugin};
use crate::signal::{bits, noise, render};

/// A parameter value that is legal, drawn at random; the ends of the range come often.
fn random_value(random: &mut Random, parameter: &Parameter) -> f64 {
    match random.below(8) {
        0 => parameter.min,
        1 => parameter.max,
        _ => parameter.at((random.uniform() + 1.0) / 2.0),
    }
}

/// Sets every parameter to a random value; the bypasses stay off, or there would be little to hear.
fn shuffle(plugin: &Plugin, seed: u64) {
    let mut random = Random::new(seed);
    let values: Vec<_> = plugin
        .parameters()
        .iter()
        .map(|parameter| {
            let value = random_value(&mut random, parameter);
            let keeps_quiet = parameter.name.ends_with("ypass") || parameter.name == "Mute";
            (parameter.id, if keeps_quiet { parameter.min } else { value })
        })
        .collect();
    plugin.set(&values);
}

/// A state as its JSON text, after the length in front of it.
pub fn json_of(state: &[u8]) -> Value {
    let length = u64::from_le_bytes(state[..8].try_into().unwrap());
    assert_eq!(length as usize, state.len() - 8);
    serde_json::from_slice(&state[8..]).unwrap()
}

/// A state with something changed in its JSON text.
pub fn edited(state: &[u8], edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut json = json_of(state);
    edit(&mut json);
    state_of(&serde_json::to_vec(&json).unwrap())
}

fn state_of(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text].concat()
}

#[test]
fn a_loaded_state_has_the_same_values_and_the_same_sound() {
    for product in Product::ALL {
        for seed in 1..=12 {
            let mut saved = Plugin::new(product, Offer::All);
            shuffle(&saved, seed);
            let state = saved.save();
            let mut loaded = Plugin::new(product, Offer::All);
            assert!(loaded.load(&state), "{product:?}, seed {seed}");
            for parameter in saved.parameters() {
                let (before, after) = (saved.value(parameter.id), loaded.value(parameter.id));
                let about = format!("{product:?}, seed {seed}: {}", parameter.name);
                assert_eq!(before.to_bits(), after.to_bits(), "{about}: {before} became {after}");
            }
            let input = noise(seed, 2, 6000);
            let (before, after) = (render(&mut saved, &input), render(&mut loaded, &input));
            assert_eq!(bits(&before), bits(&after), "{product:?}, seed {seed}");
            assert_eq!(json_of(&loaded.save())["params"], json_of(&state)["params"], "{product:?}, seed {seed}");
        }
    }
}

#[test]
fn a_state_loaded_while_active_sounds_the_same_from_the_next_start() {
    for product in Product::ALL {
        let mut saved = Plugin::new(product, Offer::All);
        shuffle(&saved, 77);
        let state = saved.save();
        let mut loaded = Plugin::new(product, Offer::All);
        assert!(loaded.activate(48_000.0, 512));
        assert!(loaded.load(&state));
        loaded.deactivate();
        let input = noise(5, 2, 6000);
        assert_eq!(bits(&render(&mut saved, &input)), bits(&render(&mut loaded, &input)), "{product:?}");
    }
}

#[test]
fn the_name_and_the_place_in_the_session_are_kept() {
    let plugin = Plugin::new(Product::StemTrim, Offer::All);
    let session = json!({
        "instance": "01234567-89ab-4def-8123-456789abcdef",
        "session": "fedcba98-7654-4210-8edc-ba9876543210",
        "session_name": "Album",
        "across_applications": true,
    });
    let state = edited(&plugin.save(), |state| {
        state["fields"]["name"] = json!("\"Grand piano\"");
        state["fields"]["session"] = json!(session.to_string());
    });
    let mut loaded = Plugin::new(Product::StemTrim, Offer::All);
    assert!(loaded.load(&state));
    for active in [false, true] {
        if active {
            assert!(loaded.activate(48_000.0, 64));
        }
        assert_eq!(loaded.report()["name"], "Grand piano");
        let again = json_of(&loaded.save());
        assert_eq!(again["fields"]["name"], "\"Grand piano\"", "active: {active}");
        let kept: Value = serde_json::from_str(again["fields"]["session"].as_str().unwrap()).unwrap();
        assert_eq!(kept, session, "active: {active}");
    }
}

/// What a project says of the two sets of settings and the presets loaded into them.
fn compared(state: &[u8]) -> Value {
    serde_json::from_str(json_of(state)["fields"]["compare"].as_str().unwrap()).unwrap()
}

#[test]
fn a_project_knows_the_preset_that_was_loaded_and_an_older_one_knows_none() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let warm =
            json!({ "name": "Warm", "settings": { "comp_on": true, "comp_ratio": 1.5, "comp_detector": "RMS" } });
        let kept = json!({ "is_b": true, "other": {}, "presets": [null, warm] });
        let state = edited(&plugin.save(), |state| state["fields"]["compare"] = json!(kept.to_string()));
        assert!(plugin.load(&state), "{product:?}");
        assert_eq!(compared(&plugin.save()), kept, "{product:?}");
        // The first version knew nothing of two sets of settings, and the next one nothing of presets.
        let of_the_second = json!({ "is_b": true, "other": { "comp_ratio": 3.0 } });
        let state = edited(&plugin.save(), |state| state["fields"]["compare"] = json!(of_the_second.to_string()));
        assert!(plugin.load(&state), "{product:?}");
        assert_eq!(compared(&plugin.save()), of_the_second, "{product:?}");
        let plugin = Plugin::new(product, Offer::All);
        assert!(plugin.load(&std::fs::read(golden(product, "state")).unwrap()));
        assert_eq!(compared(&plugin.save()), json!({ "is_b": false, "other": {} }), "{product:?}");
    }
}

/// What a project says of who the instance is.
fn identity_of(state: &[u8]) -> [Value; 2] {
    let state = json_of(state);
    let session: Value = serde_json::from_str(state["fields"]["session"].as_str().unwrap()).unwrap();
    [session["instance"].clone(), state["fields"]["name"].clone()]
}

#[test]
fn a_preset_changes_the_sound_and_not_who_the_instance_is() {
    let named = |name: &str| {
        let mut plugin = Plugin::new(Product::StemTrim, Offer::All);
        let state = edited(&plugin.save(), |state| state["fields"]["name"] = json!(format!("{name:?}")));
        assert!(plugin.load(&state));
        assert!(plugin.activate(48_000.0, 512));
        plugin
    };
    let (drums, bass) = (named("Drums"), named("Bass"));
    drums.set_text("Trim", c"-3 dB");
    let trim = bass.parameter("Trim").id;
    let before = identity_of(&bass.save());
    // A host that says so, one that does not, and a preset that was saved as one.
    assert!(bass.load_preset(&drums.save()));
    assert_eq!((identity_of(&bass.save()), bass.value(trim)), (before.clone(), drums.value(trim)));
    bass.set_text("Trim", c"0 dB");
    assert!(bass.load(&drums.save()));
    assert_eq!((identity_of(&bass.save()), bass.value(trim)), (before.clone(), drums.value(trim)));
    let preset = drums.save_preset();
    assert!(json_of(&preset)["fields"].get("session").is_none());
    assert!(bass.load(&preset));
    assert_eq!(identity_of(&bass.save()), before);
    let fresh = Plugin::new(Product::StemTrim, Offer::All);
    assert!(fresh.load(&preset));
    assert_ne!(identity_of(&fresh.save())[0], identity_of(&drums.save())[0]);
    assert_eq!(fresh.value(trim), drums.value(trim));
    // The project's own state restores everything, as undo does.
    let renamed = edited(&bass.save(), |state| state["fields"]["name"] = json!("\"Sub\""));
    assert!(bass.load(&renamed));
    assert_eq!(identity_of(&bass.save())[1], "\"Sub\"");
}

/// Every kind of damage: what it is called, and the bytes.
fn damaged(state: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("empty".to_owned(), Vec::new())];
    all.extend((1..state.len()).step_by(50).map(|length| (format!("cut to {length}"), state[..length].to_vec())));
    all.push(("cut by one".into(), state[..state.len() - 1].to_vec()));
    let mut random = Random::new(99);
    for size in [1, 8, 9, 100, 5000] {
        all.push((format!("{size} random bytes"), (0..size).map(|_| random.next_bits() as u8).collect()));
        let text: Vec<u8> = (0..size).map(|_| random.next_bits() as u8).collect();
        all.push((format!("{size} random bytes with a right length"), state_of(&text)));
    }
    for length in [0, 1, state.len() as u64, u64::MAX, 1 << 40, i64::MAX as u64] {
        let mut bytes = state.to_vec();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        all.push((format!("length {length}"), bytes));
    }
    for text in ["", "null", "[]", "{}", "3", "\"state\"", "{\"version\":1}", "{\"version\":\"0.1.0\",\"params\":[]}"] {
        all.push((format!("JSON {text}"), state_of(text.as_bytes())));
    }
    for version in ["0.2.0", "1.0.0", "99.0"] {
        all.push((format!("version {version}"), edited(state, |state| state["version"] = json!(version))));
    }
    let wrong: [(&str, &str, Value); 6] = [
        ("bool for a number", "comp_threshold", json!({ "bool": true })),
        ("text for a number", "comp_threshold", json!({ "string": "loud" })),
        ("number for a switch", "bypass", json!({ "f32": 1.0 })),
        ("number for a choice", "comp_detector", json!({ "f32": 1.0 })),
        ("unknown choice", "comp_detector", json!({ "string": "ears" })),
        ("no value", "comp_threshold", Value::Null),
    ];
    for (what, id, value) in wrong {
        all.push((what.into(), edited(state, |state| state["params"][id] = value)));
    }
    all
}

#[test]
fn a_damaged_or_newer_state_is_refused_and_nothing_changes() {
    for product in Product::ALL {
        let other = {
            let other = Plugin::new(product, Offer::All);
            shuffle(&other, 3);
            other.save()
        };
        let mut plugin = Plugin::new(product, Offer::All);
        shuffle(&plugin, 4);
        // What stands in the session's own field changes by itself: a new stem joins a master.
        let kept_of = |plugin: &Plugin| {
            let state = json_of(&plugin.save());
            (state["params"].clone(), state["fields"]["name"].clone())
        };
        let (values, kept) = (plugin.values(), kept_of(&plugin));
        let input = noise(6, 2, 3000);
        let sound = bits(&render(&mut plugin, &input));
        for (what, bytes) in damaged(&other) {
            assert!(!plugin.load(&bytes), "{product:?} loads a state that is {what}");
            assert_eq!(plugin.values(), values, "{product:?}: {what}");
        }
        assert_eq!(kept_of(&plugin), kept, "{product:?}");
        assert_eq!(bits(&render(&mut plugin, &input)), sound, "{product:?}");
    }
}

#[test]
fn what_a_state_does_not_know_gets_its_default() {
    for product in Product::ALL {
        let saved = Plugin::new(product, Offer::All);
        shuffle(&saved, 8);
        let state = saved.save();
        let ids: Vec<String> = json_of(&state)["params"].as_object().unwrap().keys().cloned().collect();
        let plugin = Plugin::new(product, Offer::All);
        assert_eq!(ids.len(), plugin.parameters().len());
        for id in ids {
            shuffle(&plugin, 9);
            let without = edited(&state, |state| {
                state["params"].as_object_mut().unwrap().remove(&id);
            });
            assert!(plugin.load(&without));
            let different: Vec<_> = plugin
                .parameters()
                .into_iter()
                .filter(|parameter| plugin.value(parameter.id) != saved.value(parameter.id))
                .collect();
            assert!(different.len() <= 1, "{product:?} without {id}: {different:?}");
            for parameter in different {
                assert_eq!(plugin.value(parameter.id), parameter.default, "{product:?} without {id}");
            }
        }
    }
}

#[test]
fn numbers_beyond_the_range_are_held_at_its_end() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let state = plugin.save();
        let threshold = plugin.parameter("Threshold");
        for (value, end) in [(1e30, threshold.max), (-1e30, threshold.min), (12.5, threshold.max)] {
            let state = edited(&state, |state| state["params"]["comp_threshold"] = json!({ "f32": value }));
            assert!(plugin.load(&state));
            assert_eq!(plugin.value(threshold.id), end, "{product:?}: {value}");
        }
        let detector = plugin.parameter("Detector");
        for (value, end) in [(99, detector.max), (-3, detector.min)] {
            let state = edited(&state, |state| state["params"]["comp_detector"] = json!({ "i32": value }));
            assert!(plugin.load(&state));
            assert_eq!(plugin.value(detector.id), end, "{product:?}: {value}");
        }
    }
}

#[test]
fn what_a_later_patch_adds_is_passed_over() {
    for product in Product::ALL {
        let plugin = Plugin::new(product, Offer::All);
        let values = plugin.values();
        let state = edited(&plugin.save(), |state| {
            state["version"] = json!("0.1.99");
            state["params"]["sparkle"] = json!({ "f32": 3.0 });
            state["fields"]["mood"] = json!("\"good\"");
        });
        shuffle(&plugin, 10);
        assert!(plugin.load(&state));
        assert_eq!(plugin.values(), values, "{product:?}");
    }
}

fn golden(product: Product, extension: &str) -> PathBuf {
    let name = product.name().to_lowercase().replace(' ', "_");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(format!("{name}.{extension}"))
}

/// Every value by its name, as number and as text.
fn described(plugin: &Plugin) -> Value {
    let describe = |parameter: Parameter| {
        let value = plugin.value(parameter.id);
        // As text: JSON readers round numbers. All values come from `f32`.
        (parameter.name, json!({ "value": (value as f32).to_string(), "text": plugin.text(parameter.id, value) }))
    };
    Value::Object(plugin.parameters().into_iter().map(describe).collect())
}

/// States saved by the first version, with every parameter away from its default. They are made once, by
/// `UPDATE_GOLDEN=1 cargo test -p acceptance states_of_the_first_version`, and must not be made again: a project of
/// that day must sound the same for ever. A parameter added later is missing in them and stands at its default.
#[test]
fn states_of_the_first_version_still_load() {
    for product in Product::ALL {
        let (state, values) = (golden(product, "state"), golden(product, "json"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() && !state.exists() {
            let plugin = Plugin::new(product, Offer::All);
            shuffle(&plugin, 2026);
            std::fs::write(&state, plugin.save()).unwrap();
            std::fs::write(&values, serde_json::to_string_pretty(&described(&plugin)).unwrap() + "\n").unwrap();
        }
        let plugin = Plugin::new(product, Offer::All);
        assert!(plugin.load(&std::fs::read(&state).unwrap()), "{product:?}");
        let recorded: Value = serde_json::from_str(&std::fs::read_to_string(&values).unwrap()).unwrap();
        let mut now = described(&plugin);
        for parameter in plugin.parameters() {
            if recorded.get(&parameter.name).is_none() {
                assert_eq!(plugin.value(parameter.id), parameter.default, "{product:?}: {}", parameter.name);
                now.as_object_mut().unwrap().remove(&parameter.name);
            }
        }
        assert_eq!(now, recorded, "{product:?}");
    }
}
