/// What can go wrong with a picture or an animation, as one sentence for the user.
public enum MediaError: Error, Hashable, CustomStringConvertible {
  case cannotRead(path: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case notAPNG(path: String)
  case notAPicture(path: String)
  case damaged(path: String, reason: String)
  case tooLarge(path: String, width: Int, height: Int, limit: String)
  case wrongFrameSize(path: String, width: Int, height: Int, expectedWidth: Int, expectedHeight: Int)
  case wrongFrameRate(Double, AnimationFormat)
  case notAnAnimation(path: String)
  case recipeTooLong(path: String, bytes: Int)
  case noSound(path: String)
  case noFFmpegToWrite(path: String)
  case ffmpegCannotWrite(path: String, reason: String)
  case noFFmpegToRead(path: String)
  case ffmpegCannotRead(path: String, reason: String)
  case noPictures(path: String)

  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "Cannot read \(path): \(reason). Check the path and its permissions."
    case .cannotWrite(let path, let reason):
      "Cannot write \(path): \(reason). Free some space or choose another place."
    case .notAPNG(let path):
      "\(path) is not a PNG file. Give a picture in the PNG format."
    case .notAPicture(let path):
      "\(path) is neither a PNG, a JPEG nor a WebP file. Save the picture as one of these."
    case .damaged(let path, let reason):
      "Cannot read \(path), the file is damaged: \(reason). Make it again, or take another copy of it."
    case .tooLarge(let path, let width, let height, let limit):
      "A picture of \(width) x \(height) pixels is too large for \(path): the limit is \(limit). Choose a smaller size."
    case .wrongFrameSize(let path, let width, let height, let expectedWidth, let expectedHeight):
      "A frame of \(width) x \(height) pixels does not fit into \(path), whose frames have "
        + "\(expectedWidth) x \(expectedHeight). Render all frames of an animation in one size."
    case .wrongFrameRate(let framesPerSecond, let format):
      "A file in the format \(format.rawValue) cannot show \(framesPerSecond) frames per second. "
        + "Choose a number from \(format.frameRates.lowerBound) to \(format.frameRates.upperBound)."
    case .notAnAnimation(let path):
      "\(path) does not end as an animation does. Choose a name that ends in \(AnimationFormat.endings)."
    case .recipeTooLong(let path, let bytes):
      "The recipe of \(path) has \(bytes) bytes, and \(RecipeText.limit) fit into a file. Shorten the prompts."
    case .noSound(let path):
      "\(path) cannot hold sound. Choose a name that ends in .mp4 or .webm, or leave the sound out."
    case .noFFmpegToWrite(let path):
      "\(path) is written by the program ffmpeg, and there is none in the folders of PATH. Install it, on Debian and "
        + "Ubuntu with: apt install ffmpeg. Or choose a name that ends in .gif, .apng or .webp."
    case .ffmpegCannotWrite(let path, let reason):
      "ffmpeg could not write \(path): \(reason). Remove the cause, or choose a name that ends in .gif, .apng or .webp."
    case .noFFmpegToRead(let path):
      "\(path) is no GIF, PNG, JPEG or WebP file, and the program ffmpeg, which reads videos, is in none of the folders of "
        + "PATH. Install it, on Debian and Ubuntu with: apt install ffmpeg. Or give a folder of pictures."
    case .ffmpegCannotRead(let path, let reason):
      "\(path) is no GIF, PNG, JPEG or WebP file, and ffmpeg cannot read it: \(reason). Give another copy of the file, or "
        + "a folder of its pictures."
    case .noPictures(let path):
      "There are no pictures in \(path). Give a folder of PNG, JPEG or WebP files, an animation or a video."
    }
  }
}
