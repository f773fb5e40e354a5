import Foundation

/// Padding token and length, from `special_tokens_map.json` or `tokenizer_config.json`.
struct TokenizerSettings: Decodable {
  /// The padding token.
  let padding: String?
  /// How many tokens a prompt becomes.
  let length: Int?

  /// Nil where there is no such file.
  init?(file: URL) throws(TokenizerError) {
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let data = Data(try tokenizerFile(file))
    do {
      self = try JSONDecoder().decode(TokenizerSettings.self, from: data)
    } catch {
      throw .invalid(path: file.path, reason: "it is no JSON object with a tokenizer's settings")
    }
    if let length, !(2...65536 ~= length) {
      throw .invalid(path: file.path, reason: "its model_max_length is \(length), not 2 to 65536")
    }
  }

  private enum Key: String, CodingKey {
    case padding = "pad_token"
    case length = "model_max_length"
  }

  /// A token is a string, or an object with its properties.
  private struct Token: Decodable {
    let content: String
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    padding =
      try (try? values.decodeIfPresent(String.self, forKey: .padding))
      ?? values.decodeIfPresent(Token.self, forKey: .padding)?.content
    let length = try values.decodeIfPresent(Double.self, forKey: .length)
    guard length ?? 0 > -1e9 else {
      throw DecodingError.dataCorruptedError(forKey: .length, in: values, debugDescription: "no length")
    }
    // transformers writes 1e30 where no length was set.
    self.length = length.flatMap { $0 < 1e9 ? Int($0) : nil }
  }
}
