"""Plays a VST3 bundle in DawDreamer (JUCE): see `vst3_hosts.rs`, which writes the job and judges the results.

usage: dawdreamer_host.py job.json
"""

import json
import sys

import dawdreamer
import numpy


def main():
    job = json.load(open(sys.argv[1]))
    for run in job["runs"]:
        signal = numpy.fromfile(run["input"], dtype=numpy.float32).reshape(run["channels"], -1)
        engine = dawdreamer.RenderEngine(run["rate"], run["block"])
        player = engine.make_playback_processor("player", signal)
        plugin = engine.make_plugin_processor("plugin", job["bundle"])
        indices = {entry["name"]: entry["index"] for entry in plugin.get_parameters_description()}
        for name, place in job["parameters"].items():
            plugin.set_parameter(indices[name], place)
        engine.load_graph([(player, []), (plugin, ["player"])])
        engine.render(signal.shape[1] / run["rate"])
        numpy.ascontiguousarray(engine.get_audio(), dtype=numpy.float32).tofile(run["output"])


main()
