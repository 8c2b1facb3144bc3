"""Plays a VST3 bundle in pedalboard (JUCE): see `vst3_hosts.rs`, which writes the job and judges the results.

usage: pedalboard_host.py job.json
"""

import json
import sys

import numpy
from pedalboard import load_plugin


def named(plugin, name):
    """The parameter that the plugin itself calls `name`."""
    return next(parameter for parameter in plugin.parameters.values() if parameter.name == name)


def main():
    job = json.load(open(sys.argv[1]))
    plugin = load_plugin(job["bundle"])
    for name, place in job["parameters"].items():
        named(plugin, name).raw_value = place
    for name, place in job["parameters"].items():
        kept = named(plugin, name).raw_value
        assert abs(kept - place) < 1e-6, f"{name} is {kept}, not {place}"
    for run in job["runs"]:
        signal = numpy.fromfile(run["input"], dtype=numpy.float32).reshape(run["channels"], -1)
        try:
            output = plugin.process(signal, run["rate"], buffer_size=run["block"], reset=True)
        except ValueError as refusal:
            open(run["output"], "w").write(str(refusal))
            continue
        numpy.ascontiguousarray(output, dtype=numpy.float32).tofile(run["output"])


main()
