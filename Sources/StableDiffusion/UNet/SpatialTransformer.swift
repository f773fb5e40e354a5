import Checkpoints
import Tensors

/// Transformer blocks on a picture, whose pixels are the tokens: [n, h, w, channels].
///
/// Rombach et al., arXiv 2112.10752, appendix E.2.1.
struct SpatialTransformer {
  private let norm: GroupNorm
  private let projectIn: Linear
  private let blocks: [TransformerBlock]
  private let projectOut: Linear

  init(_ weights: Weights, _ channels: Int, heads: Int, depth: Int, in description: UNetDescription) throws {
    norm = try GroupNorm(
      weights["norm"], channels, GroupNormDescription(groups: description.norm.groups, epsilon: 1e-6))
    // Stored as linear layers (SD 2.x) or as 1 x 1 convolutions (SD 1.x): the same arithmetic.
    projectIn = try Linear(weights["proj_in"], channels, channels)
    blocks = try (0..<depth).map {
      try TransformerBlock(
        weights["transformer_blocks"][$0], channels, heads: heads, contextWidth: description.contextWidth)
    }
    projectOut = try Linear(weights["proj_out"], channels, channels)
  }

  func callAsFunction(_ x: Tensor, _ session: UNetSession) -> Tensor {
    let (n, h, w, c) = x.shape4
    var tokens = projectIn(norm(x)).reshaped([n, h * w, c])
    for block in blocks { tokens = block(tokens, session) }
    return projectOut(tokens.reshaped([n, h, w, c]), adding: x)
  }
}
