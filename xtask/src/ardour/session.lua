-- A session with a stereo track that hears the noise and goes into the master. The argument is its folder.
local backend = AudioEngine:set_backend("None (Dummy)", "", "")
backend:set_device_name("Pink Noise")
local session = create_session(arg[1], "stems", 48000)
local master = session:master_out():input()
local tracks = session:new_audio_track(
  2, 2, nil, 1, "Drums", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false)
for track in tracks:iter() do
  for channel = 0, 1 do
    track:input():audio(channel):connect("system:capture_" .. channel + 1)
    track:output():audio(channel):connect(master:audio(channel):name())
  end
end
session:save_state("")
close_session()
