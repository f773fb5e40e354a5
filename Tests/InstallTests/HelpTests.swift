import Foundation
import TestFolders
import Testing

/// What is made from the declaration of the commands: the help, and the scripts for shells.
@Suite struct HelpTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the first walk in the help stands on one line of 80 columns, so that it can be copied")
  func firstWalk() throws {
    let lines = try Program.lines(of: Program.path(), "help", home: folder.path)
    let example = try #require(lines.first { $0.contains("latentwalk interpolate \"") })
    #expect(example.hasSuffix("\"") && example.filter { $0 == "\"" }.count == 4)
    #expect(lines.allSatisfy { $0.count <= 80 })
  }

  @Test(
    "the example in a subcommand's help stands on one line, so that it can be copied",
    arguments: [
      "interpolate", "walk", "circle", "image", "render", "inspect", "encode", "encode-image", "decode",
      "models show",
    ])
  func examples(command: String) throws {
    let path = try Program.path()
    let words = ["help"] + command.split(separator: " ").map(String.init)
    let lines = try Program.lines(of: path, words, home: folder.path)
    let place = try #require(lines.firstIndex { $0.hasPrefix("Example: latentwalk \(command) ") })
    #expect(lines[place].count <= 80)
    // Neither an option nor a file is on the line after it.
    let next = lines[place + 1]
    #expect(next.isEmpty || next.hasPrefix("Example: latentwalk \(command) "), "\(lines[place])\n\(next)")
  }

  @Test(
    "the completion script for each shell knows a subcommand and an option",
    arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let script = try Program.lines(
      of: Program.path(), "--generate-completion-script", shell, home: folder.path
    ).joined(separator: "\n")
    for word in ["interpolate", "rubber-band"] { #expect(script.contains(word)) }
  }
}
