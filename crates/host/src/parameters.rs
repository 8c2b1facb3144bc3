//! A plugin's parameters, and finding one by the name a person would type.

use clack_extensions::params::{ParamInfo, ParamInfoBuffer, ParamInfoFlags, PluginParams};
use clack_host::plugin::PluginMainThreadHandle;
use serde::{Deserialize, Serialize};

use crate::HostError;

/// One parameter of a plugin.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its unchanging id.
    pub id: u32,
    /// Its name within its module.
    pub name: String,
    /// The group it belongs to, with slashes for groups in groups; empty for none.
    pub module: String,
    /// Smallest value, in the plugin's own unit.
    pub min_value: f64,
    /// Largest value.
    pub max_value: f64,
    /// Value in a fresh instance.
    pub default_value: f64,
    /// Only whole values.
    pub stepped: bool,
    /// A list of named values.
    pub enumerated: bool,
    /// The bypass switch.
    pub bypass: bool,
    /// The host may record and play its movements.
    pub automatable: bool,
    /// Not to be shown.
    pub hidden: bool,
    /// Not to be set.
    pub read_only: bool,
}

impl Parameter {
    /// Module and name: "Trim/Gain", or the name alone.
    pub fn path(&self) -> String {
        if self.module.is_empty() { self.name.clone() } else { format!("{}/{}", self.module, self.name) }
    }

    fn from_info(info: &ParamInfo) -> Self {
        let has = |flag| info.flags.contains(flag);
        Self {
            id: info.id.get(),
            name: String::from_utf8_lossy(info.name).into_owned(),
            module: String::from_utf8_lossy(info.module).trim_matches('/').to_string(),
            min_value: info.min_value,
            max_value: info.max_value,
            default_value: info.default_value,
            stepped: has(ParamInfoFlags::IS_STEPPED),
            enumerated: has(ParamInfoFlags::IS_ENUM),
            bypass: has(ParamInfoFlags::IS_BYPASS),
            automatable: has(ParamInfoFlags::IS_AUTOMATABLE),
            hidden: has(ParamInfoFlags::IS_HIDDEN),
            read_only: has(ParamInfoFlags::IS_READONLY),
        }
    }
}

/// Asks a plugin for all its parameters. `[main]`
pub(crate) fn list(extension: &PluginParams, plugin: &PluginMainThreadHandle) -> Vec<Parameter> {
    let mut buffer = ParamInfoBuffer::new();
    (0..extension.count(plugin))
        .filter_map(|index| extension.get_info(plugin, index, &mut buffer).map(|info| Parameter::from_info(&info)))
        .collect()
}

/// The one parameter of this name: by full path, by a name no other has, or by id. Upper and lower case are the same.
pub(crate) fn find<'a>(parameters: &'a [Parameter], name: &str, plugin: &str) -> Result<&'a Parameter, HostError> {
    let wanted = name.trim_matches('/').to_lowercase();
    let matching =
        |fits: &dyn Fn(&Parameter) -> bool| parameters.iter().filter(|&parameter| fits(parameter)).collect::<Vec<_>>();
    let mut found = matching(&|parameter| parameter.path().to_lowercase() == wanted);
    if found.is_empty() {
        found = matching(&|parameter| parameter.name.to_lowercase() == wanted);
    }
    if found.is_empty() {
        found = matching(&|parameter| wanted.parse() == Ok(parameter.id));
    }
    let paths = |parameters: &[&Parameter]| parameters.iter().map(|parameter| parameter.path()).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(HostError::NoSuchParameter {
            plugin: plugin.to_string(),
            name: name.to_string(),
            available: paths(&matching(&|parameter| !parameter.hidden)),
        }),
        several => Err(HostError::AmbiguousParameter {
            plugin: plugin.to_string(),
            name: name.to_string(),
            candidates: paths(several),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(id: u32, module: &str, name: &str) -> Parameter {
        Parameter {
            id,
            name: name.to_string(),
            module: module.to_string(),
            min_value: 0.0,
            max_value: 1.0,
            default_value: 0.0,
            stepped: false,
            enumerated: false,
            bypass: false,
            automatable: true,
            hidden: false,
            read_only: false,
        }
    }

    #[test]
    fn a_parameter_is_found_by_path_lone_name_and_id() {
        let all = [parameter(70, "EQ/Low", "Gain"), parameter(71, "EQ/High", "Gain"), parameter(72, "", "Bypass")];
        assert_eq!(find(&all, "eq/low/gain", "p").unwrap().id, 70);
        assert_eq!(find(&all, "Bypass", "p").unwrap().id, 72);
        assert_eq!(find(&all, "71", "p").unwrap().id, 71);
        assert!(matches!(find(&all, "Gain", "p"), Err(HostError::AmbiguousParameter { .. })));
        assert!(matches!(find(&all, "Volume", "p"), Err(HostError::NoSuchParameter { .. })));
    }
}
