import ArgumentParser
import Foundation
import LatentWalk
import Media

/// Where the captions of an album's pictures come from.
struct CaptionOptions: ParsableArguments {
  @Option(
    name: .customLong("caption"),
    help: ArgumentHelp(
      "What a picture shows; once for each, in their order. (default: the text in cat.txt for cat.jpg, or you are asked)",
      valueName: "text"))
  var given: [String] = []

  @Flag(help: "Do without captions: what lies between the pictures is a fog.")
  var noCaptions = false

  func validate() throws {
    guard given.isEmpty || !noCaptions else {
      throw ValidationError("Give either --caption or --no-captions.")
    }
  }

  /// The captions of some pictures, in their order.
  func captions(of pictures: [String]) throws -> [String] {
    if noCaptions { return pictures.map { _ in "" } }
    if !given.isEmpty {
      guard given.count == pictures.count else {
        throw ValidationError(
          "--caption is given \(given.count == 1 ? "once" : "\(given.count) times") for \(pictures.count) pictures "
            + "(\(pictures.map(name).joined(separator: ", "))); give it once for each, in this order.")
      }
      return given
    }
    let written = try pictures.map(writtenCaption)
    let missing = zip(pictures, written).filter { $1 == nil }.map { $0.0 }
    if missing.isEmpty { return written.compactMap { $0 } }
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { throw CaptionError(pictures: missing) }
    say(
      """
      Each picture needs a caption, a sentence that says what it shows, such as "a photo of a cat on a sofa". The way from \
      a picture to the next leads through what their captions have in common; without them it leads through a fog. \
      (A file \(name(textFile(missing[0]))) beside the picture would answer this once for all.)

      """)
    return try zip(pictures, written).map { try $1 ?? askedCaption($0, missing) }
  }

  /// The caption in the text file beside a picture, if there is one.
  private func writtenCaption(_ picture: String) throws -> String? {
    let file = textFile(picture)
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw MediaError.cannotRead(path: file, reason: "it is no text in UTF-8")
    }
    let caption = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return caption.isEmpty ? nil : caption
  }

  private func askedCaption(_ picture: String, _ missing: [String]) throws -> String {
    while true {
      say("Caption of \(name(picture)): ")
      guard let answer = readLine() else { throw CaptionError(pictures: missing) }
      let caption = answer.trimmingCharacters(in: .whitespaces)
      if !caption.isEmpty { return caption }
    }
  }

  private func textFile(_ picture: String) -> String {
    (picture as NSString).deletingPathExtension + ".txt"
  }

  private func name(_ path: String) -> String { (path as NSString).lastPathComponent }

  private func say(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}

/// Pictures without captions, and nobody to ask.
struct CaptionError: Error, CustomStringConvertible {
  let pictures: [String]

  var description: String {
    let (first, more) = (pictures[0], pictures.count - 1)
    let others = more == 0 ? "has no caption" : "and \(counted(more, "other picture")) have no captions"
    let file = (first as NSString).deletingPathExtension + ".txt"
    return
      "\(first) \(others), and without them what lies between the pictures is a fog and no morph; say what each shows with "
      + "--caption, or in a file such as \(file), or do without by --no-captions."
  }
}

/// The pictures of an album: files as they are given, folders by what is in them.
/// - Throws: `MediaError` for a folder without pictures.
func albumPictures(_ paths: [String]) throws -> [String] {
  try paths.flatMap { path in
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [path]
    }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { name in
      !name.hasPrefix(".")
        && ["png", "jpg", "jpeg", "webp"].contains((name as NSString).pathExtension.lowercased())
    }
    guard !names.isEmpty else {
      throw MediaError.cannotRead(path: path, reason: "there is no PNG, JPEG or WebP file in this folder")
    }
    // IMG_2.jpg comes before IMG_10.jpg.
    return names.sorted { $0.compare($1, options: .numeric) == .orderedAscending }
      .map { (path as NSString).appendingPathComponent($0) }
  }
}
