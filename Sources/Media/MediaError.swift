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

  public var description: String {
    switch self {
    case .cannotRead(let path, let reason):
      "Cannot read \(path): \(reason). Check the path and its permissions."
    case .cannotWrite(let path, let reason):
      "Cannot write \(path): \(reason). Free some space or choose another place."
    case .notAPNG(let path):
      "\(path) is not a PNG file. Give a picture in the PNG format."
    case .notAPicture(let path):
      "\(path) is neither a PNG nor a JPEG file. Save the picture as one of these."
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
      "\(path) does not end as an animation does. Choose a name that ends in "
        + AnimationFormat.allCases.map { "." + $0.rawValue }.joined(separator: " or ") + "."
    case .recipeTooLong(let path, let bytes):
      "The recipe of \(path) has \(bytes) bytes, and \(RecipeText.limit) fit into a file. Shorten the prompts."
    }
  }
}
