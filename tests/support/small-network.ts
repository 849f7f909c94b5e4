import type { Fixed } from "../../src/ir/fixed/fixed.js";
import { parseFixed } from "../../src/ir/fixed/text.js";

/** An interaction network of one hidden unit each on 5 nodes and 6 edges, of which the last dense layer gives a score. */
export const SMALL_NETWORK = `l1c fixed "small"

graph main {
  %x : [5, 2] fixed<4,2> -8..7 = input()
  %attr : [6, 1] fixed<4,3> -8..7 = input()
  %index : [2, 6] ufixed<3,3> 0..7 = input() {rounding = TRN}
  %to.row : [1, 6] ufixed<3,3> 0..7 = slice(%index) {starts = [1, 0], steps = [1, 1]}
  %to : [6] ufixed<3,3> 0..7 = reshape(%to.row)
  %from.row : [1, 6] ufixed<3,3> 0..7 = slice(%index) {starts = [0, 0], steps = [1, 1]}
  %from : [6] ufixed<3,3> 0..7 = reshape(%from.row)
  %x.to : [6, 2] fixed<4,2> -8..7 = index_select(%x, %to)
  %x.from : [6, 2] fixed<4,2> -8..7 = index_select(%x, %from)
  %pairs : [6, 5] channel[fixed<4,2>, fixed<4,2>, fixed<4,2>, fixed<4,2>, fixed<4,3>] -8..7 = concat(%x.to, %x.from, %attr) {axis = 1}
  %message : [6, 1] fixed<8,6> -105..108 = dense(%pairs) {kernel = tensor<5x1>[1, -2, 3, 1, 6], bias = tensor<1>[4]}
  %message.q : [6, 1] ufixed<4,4> 0..15 = requantize(%message) {rounding = RND, overflow = SAT}
  %sum : [5, 1] ufixed<7,7> 0..90 = scatter(%message.q, %to) {kind = sum, rows = 5}
  %node : [5, 3] channel[fixed<4,2>, fixed<4,2>, ufixed<7,7>] channel[-8..7, -8..7, 0..90] = concat(%x, %sum) {axis = 1}
  %update : [5, 1] fixed<10,8> -376..72 = dense(%node) {kernel = tensor<3x1>[1, 1, -4], bias = tensor<1>[0]}
  %update.q : [5, 1] fixed<4,4> -8..7 = requantize(%update) {rounding = RND, overflow = SAT}
  %update.to : [6, 1] fixed<4,4> -8..7 = index_select(%update.q, %to)
  %score.in : [6, 2] channel[fixed<4,4>, ufixed<4,4>] channel[-8..7, 0..15] = concat(%update.to, %message.q) {axis = 1}
  %score : [6, 1] fixed<7,7> -31..37 = dense(%score.in) {kernel = tensor<2x1>[3, 1], bias = tensor<1>[0]}
  %scores : [6] fixed<7,7> -31..37 = reshape(%score)
  return scores = %scores
}
`;

export function smallNetwork(text = SMALL_NETWORK): Fixed {
  return parseFixed(text, "small network");
}
