import Checkpoints
import Foundation
import Tensors

/// A word that was learned from pictures: the word in a prompt, and the vectors that replace its embedding.
///
/// Gal et al., "An Image is Worth One Word" (arXiv 2208.01618).
///
///     let inversions = try TextualInversion.read(path: "learned_embeds.bin")      // "<cat-toy>"
///     let folder = try ModelFolder(path: "stable-diffusion-v1-5")
///     let pipeline = try StableDiffusionPipeline(folder, adapters: Adapters(textualInversions: inversions))
public struct TextualInversion: Sendable {
  /// The file it comes from.
  public let path: String
  public let token: String
  /// [vectors, width]
  let vectors: Tensor

  /// How many vectors replace the word, and how wide they are.
  public var size: (vectors: Int, width: Int) { (vectors.shape[0], vectors.shape[1]) }

  /// - Parameter vectors: [width] or [vectors, width].
  init(path: String, token: String, vectors: Tensor) throws {
    guard !cleaned(token).isEmpty else {
      throw TextualInversionError.noToken(path: path)
    }
    guard 1...2 ~= vectors.shape.count, vectors.count > 0 else {
      throw TextualInversionError.shape(path: path, tensor: token, found: vectors.shape)
    }
    self.path = path
    self.token = token
    self.vectors = vectors.reshaped([vectors.count / (vectors.shape.last ?? 1), vectors.shape.last ?? 1])
  }

  /// The words of a file:
  ///
  /// - diffusers' `learned_embeds`: a tensor [width] for each word, under the word itself;
  /// - AUTOMATIC1111's: tensors [vectors, width] under `string_to_param`, where `*` stands for the file's name;
  /// - a tensor [vectors, width] called `emb_params`: the word is the file's name.
  ///
  /// - Parameter token: another word, for a file with one.
  public static func read(path: String, token: String? = nil) throws -> [TextualInversion] {
    let file = try TensorFile(path: path)
    let fileName = URL(filePath: path).deletingPathExtension().lastPathComponent
    let inner = file.names.filter { $0.hasPrefix(Self.parameters) }
    let names = inner.isEmpty ? file.names : inner
    if names.contains("clip_l") || names.contains("clip_g") {
      throw TextualInversionError.otherModel(path: path, model: "Stable Diffusion XL")
    }
    guard let first = names.first else { throw TextualInversionError.empty(path: path) }
    try file.requireKind(.textualInversion, "textual inversion")
    if let token, names.count > 1 {
      throw TextualInversionError.severalTokens(path: path, token: token, count: names.count)
    }
    for name in names {
      guard let entry = file.entry(name), 1...2 ~= entry.shape.count else {
        throw TextualInversionError.shape(path: path, tensor: name, found: file.entry(name)?.shape ?? [])
      }
    }
    if names.count == 1, let token {
      return [try TextualInversion(path: path, token: token, vectors: file.finiteValues(first))]
    }
    return try names.map { name in
      let key = name.hasPrefix(Self.parameters) ? String(name.dropFirst(Self.parameters.count)) : name
      let isNameless = key == "*" || key == "emb_params"
      return try TextualInversion(
        path: path, token: isNameless ? fileName : key, vectors: file.finiteValues(name))
    }
  }

  /// AUTOMATIC1111's dictionary.
  private static let parameters = "string_to_param."
}

/// What can be wrong with a file of embeddings, or between it and a model. Its description is the sentence for the
/// user.
public enum TextualInversionError: Error, Equatable, CustomStringConvertible {
  case empty(path: String)
  case noToken(path: String)
  case shape(path: String, tensor: String, found: [Int])
  case severalTokens(path: String, token: String, count: Int)
  case otherModel(path: String, model: String)
  case width(path: String, token: String, found: Int, expected: Int)
  case tooManyVectors(path: String, token: String, found: Int, limit: Int)
  case usedTwice(token: String, paths: [String])

  public var description: String {
    switch self {
    case .empty(let path):
      "\(path) holds no embedding; give a file as diffusers or AUTOMATIC1111 write it."
    case .noToken(let path):
      "\(path) names no word for its embedding; give a word (token) with the file."
    case .shape(let path, let tensor, let found):
      "\(path) is no textual inversion: its tensor \(tensor) has the shape \(found), and [width] or [vectors, width] is expected; "
        + "give a file as diffusers or AUTOMATIC1111 write it."
    case .severalTokens(let path, let token, let count):
      "\(path) holds \(count) words, so that \(token) cannot stand for one of them; give no word with the file."
    case .otherModel(let path, let model):
      "\(path) is a textual inversion for \(model); one for Stable Diffusion 1.x or 2.x is needed here."
    case .width(let path, let token, let found, let expected):
      "\(path): the embedding of \(token) is \(found) wide, and this model's are \(expected) wide; "
        + "it belongs to another kind of model."
    case .tooManyVectors(let path, let token, let found, let limit):
      "\(path): \(token) stands for \(found) vectors, and a prompt holds \(limit); choose another file."
    case .usedTwice(let token, let paths):
      "The word \(token) has two embeddings, in \(paths.joined(separator: " and ")); "
        + "give another word with one of the files."
    }
  }
}
