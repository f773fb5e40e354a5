import Foundation
import Media
import Walks

/// A file that a walk is written into, by its ending: an animation, or for `.png` a sheet of its frames.
///
///     let recipe = try ModelStore().recipe(for: RecipeDraft(.circle, prompts: ["a skyline"]))
///     let sheet = try WalkOutput(path: "skyline.png", of: recipe)
///     print(sheet.isSheet, sheet.recipe.playback.sheetColumns ?? 0)
public struct WalkOutput: Sendable {
  public let path: String
  /// What the file carries: the walk, played as in this file.
  public let recipe: Recipe
  /// The frames in the order in which they are written.
  let frames: [Int]

  /// - Throws: `MediaError` if the name has no ending of an animation or a sheet, the format cannot show so many frames a
  ///   second, or it needs ffmpeg and there is none.
  public init(path: String, of recipe: Recipe) throws {
    var playback = recipe.playback
    if Self.isSheet(path) {
      let sheet = recipe.walk.sheet(columns: playback.sheetColumns)
      (frames, playback.sheetColumns) = (sheet.frames, sheet.columns)
    } else {
      let format = try AnimationFormat(path: path)
      try format.requireFrameRate(playback.fps)
      if format.isVideo, FFmpeg() == nil { throw MediaError.noFFmpegToWrite(path: path) }
      (frames, playback.sheetColumns) = (recipe.walk.playingOrder(playback), nil)
    }
    self.path = path
    self.recipe = try recipe.playing(playback)
  }

  /// Whether a file of this name holds a sheet.
  public static func isSheet(_ path: String) -> Bool { path.lowercased().hasSuffix(".png") }

  /// Whether it is a sheet of frames and no animation.
  public var isSheet: Bool { recipe.playback.sheetColumns != nil }

  /// What writes the file, frame by frame.
  /// - Parameter sound: for formats that have it.
  func encoder(_ sound: Sound?) throws -> any AnimationEncoder {
    guard let columns = recipe.playback.sheetColumns else {
      var animation = AnimationDescription(
        width: recipe.settings.width, height: recipe.settings.height, frameCount: frames.count,
        framesPerSecond: recipe.playback.fps)
      animation.sound = try AnimationFormat(path: path).isVideo ? sound : nil
      return try animationEncoder(for: path, animation, recipe: recipe.json)
    }
    return SheetEncoder(
      path: path, sheet: recipe.walk.sheet(of: frames.count, columns: columns),
      labels: frames.map(recipe.walk.label), recipe: try recipe.json)
  }
}

extension ModelStore {
  /// The sound that plays with a walk, wherever its file lies now; nil if there is none.
  /// - Throws: `ModelStoreError` if the file is missing.
  public func sound(of recipe: Recipe) throws -> Sound? {
    try recipe.playback.sound.map { Sound(path: try path(of: $0, field: "playback.sound")) }
  }
}

/// Writes a sheet as if it were an animation: picture by picture.
private final class SheetEncoder: AnimationEncoder {
  private let path: String
  private var sheet: ContactSheet
  private let labels: [String]
  private let recipe: String
  private var added = 0

  init(path: String, sheet: ContactSheet, labels: [String], recipe: String) {
    (self.path, self.sheet, self.labels, self.recipe) = (path, sheet, labels, recipe)
  }

  func add(_ picture: Picture) {
    sheet.add(picture, label: labels[added])
    added += 1
  }

  func finish() throws { try sheet.picture.writePNG(to: path, recipe: recipe) }
}

extension Recipe.Walk {
  /// The frames on a sheet, row by row, and its columns. A walk over a grid that passes its cells lies there as the grid
  /// does; other walks show all frames in their order.
  /// - Parameter columns: those that were asked for.
  fileprivate func sheet(columns: Int?) -> (frames: [Int], columns: Int) {
    if let cells = cellFrames, let grid, columns ?? grid.columns == grid.columns {
      return (cells, grid.columns)
    }
    let count = timing.frameCount
    return (Array(0..<count), columns ?? ContactSheet(count: count).columns)
  }

  /// An empty sheet. Where one is to look at single pictures they are as large as they are, up to a sheet of 4096 pixels.
  fileprivate func sheet(of count: Int, columns: Int) -> ContactSheet {
    ContactSheet(
      count: count, columns: columns, labels: kind != .grid,
      maximumWidth: kind == .grid || showsSeeds ? 4096 : 1600)
  }

  /// Of each cell of a grid, row by row, the frame that shows it; nil if the frames do not pass all cells.
  private var cellFrames: [Int]? {
    guard kind == .grid, let grid, let way = path as? GridWalk, way.legCount > 0, timing.measured == nil,
      timing.frameCount > way.legCount, (timing.frameCount - 1) % way.legCount == 0
    else { return nil }
    let step = (timing.frameCount - 1) / way.legCount
    var frames = [Int](repeating: 0, count: grid.columns * grid.rows)
    for index in frames.indices {
      let (column, row) = way.cell(index)
      frames[row * grid.columns + column] = index * step
    }
    return frames
  }

  /// Whether each frame is a key frame, with a seed of its own.
  private var showsSeeds: Bool {
    kind == .interpolate && timing.frameCount == keyFrames.count && Set(keyFrames.map(\.seed)).count > 1
  }

  /// What stands below a frame: its seed or its number.
  fileprivate func label(_ frame: Int) -> String {
    showsSeeds ? "seed \(keyFrames[frame].seed)" : "\(frame)"
  }
}
