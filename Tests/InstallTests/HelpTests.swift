import Foundation
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
    "the completion script for each shell knows a subcommand and an option",
    arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) throws {
    let script = try Program.lines(
      of: Program.path(), "--generate-completion-script", shell, home: folder.path
    ).joined(separator: "\n")
    for word in ["interpolate", "rubber-band"] { #expect(script.contains(word)) }
  }
}
