/// The arguments with which ffmpeg makes a video of raw pictures from its standard input.
struct VideoArguments {
  let format: AnimationFormat
  let animation: AnimationDescription
  /// Pixels of the pictures that ffmpeg is given.
  let width: Int
  let height: Int
  /// A file in ffmpeg's format for metadata.
  let metadata: String?

  func all(output: String) -> [String] {
    FFmpeg.quiet + inputs + mapping + colours + codec + soundtrack + [
      // No random numbers and no version: the same pictures give the same bytes.
      "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact",
      "-y", "-f", format.rawValue, FFmpeg.file(output),
    ]
  }

  private var inputs: [String] {
    let delay = FrameDelay(framesPerSecond: animation.framesPerSecond)
    var inputs = [
      "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", "\(width)x\(height)",
      "-framerate", "\(delay.denominator)/\(delay.numerator)", "-i", "pipe:0",
    ]
    if let metadata { inputs += ["-f", "ffmetadata", "-i", FFmpeg.file(metadata)] }
    if let sound = animation.sound { inputs += ["-i", FFmpeg.file(sound.path)] }
    return inputs
  }

  /// The picture from the first input, the recipe from the next, and the sound from the last. Nothing else of the sound
  /// file: neither its cover nor its title.
  private var mapping: [String] {
    let sound = animation.sound == nil ? [] : ["-map", "\(metadata == nil ? 1 : 2):a:0"]
    return ["-map", "0:v"] + sound + ["-map_metadata", metadata == nil ? "-1" : "1", "-map_chapters", "-1"]
  }

  /// ffmpeg would convert with the matrix of BT.601 and note nothing, and players would guess.
  private var colours: [String] {
    [
      "-vf",
      "scale=in_range=pc:out_range=tv:out_color_matrix=bt709:flags=lanczos+accurate_rnd+full_chroma_int+full_chroma_inp,"
        + "format=yuv420p",
      "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "iec61966-2-1",
    ]
  }

  /// Settings at which pictures look like their originals.
  private var codec: [String] {
    format == .mp4
      ? ["-c:v", "libx264", "-crf", "18", "-movflags", "+faststart"]
      : [
        "-c:v", "libvpx-vp9", "-crf", "24", "-b:v", "0", "-deadline", "good", "-cpu-used", "2", "-row-mt",
        "1",
      ]
  }

  /// As long as the picture: silence follows a shorter sound, and a longer one is cut.
  private var soundtrack: [String] {
    guard animation.sound != nil else { return [] }
    let delay = FrameDelay(framesPerSecond: animation.framesPerSecond)
    let seconds = Double(animation.frameCount) * Double(delay.numerator) / Double(delay.denominator)
    let codec = format == .mp4 ? ["-c:a", "aac", "-b:a", "192k"] : ["-c:a", "libopus", "-b:a", "128k"]
    return ["-af", "apad,atrim=end=\(seconds)"] + codec
  }
}
