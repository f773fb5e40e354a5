import Foundation
internal import Yams

extension RecipeDraft {
  /// The document of this draft as JSON, which `init(document:)` reads, too.
  package var documentJSON: String {
    get throws {
      guard let node = try Yams.compose(yaml: yaml) else { return "{}" }
      let json = try JSONSerialization.data(
        withJSONObject: jsonObject(node.any), options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
      return String(decoding: json, as: UTF8.self)
    }
  }
}

/// With keys that are texts, as JSON has no others.
private func jsonObject(_ value: Any) -> Any {
  switch value {
  case let mapping as [AnyHashable: Any]:
    Dictionary(uniqueKeysWithValues: mapping.map { ("\($0)", jsonObject($1)) })
  case let list as [Any]: list.map(jsonObject)
  default: value
  }
}
