#include <boost/test/unit_test.hpp>

#include <xgrad/xgrad.hpp>

#include <cmath>
#include <cstring>
#include <vector>

using namespace xgrad;
namespace data = boost::unit_test;

namespace {
// around the tiles, the tiles of small arrays, and a register
std::vector<std::size_t> const sizes{0, 1, 3, 4, 5, 63, 64, 65, 1023, 1024, 1025, 5000};

template <class T>
bool same_bits(tensor<T> const& a, tensor<T> const& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

/// The largest distance, relative to numbers above 1.
double distance(tensor<double> const& a, tensor<double> const& b)
{
    return a.size() == 0 ? 0 : amax(abs(a - b) / maximum(abs(b), 1.)).item();
}

struct formula
{
    tensor<double> x, y;

    explicit formula(std::size_t n) : x(random::uniform({n}, -2, 2)), y(random::uniform({n}, -3, 3))
    {}

    tensor<double> in_steps() const
    {
        tensor t1 = sin(x);
        tensor t2 = t1 * y;
        tensor t3 = t2 + x * t1;
        tensor t4 = exp(-t3 * t3);
        tensor t5 = t4 * t2 + 0.5 * x;
        return t5 * t5 + t4 / (2. + t1 * t1);
    }

    tensor<double> at_once() const
    {
        auto const t1 = sin(x);
        auto const t2 = t1 * y;
        auto const t3 = t2 + x * t1;
        auto const t4 = exp(-t3 * t3);
        auto const t5 = t4 * t2 + 0.5 * x;
        return t5 * t5 + t4 / (2. + t1 * t1);
    }
};

void expect_gradient_of_one_statement(std::size_t n)
{
    formula const c(n);
    auto tape = create_tape();
    tensor const named = c.in_steps();
    auto const [nx, ny] = grad(tape, named, wrt(c.x, c.y));
    tensor const fused = c.at_once();
    auto const [fx, fy] = grad(tape, fused, wrt(c.x, c.y));
    BOOST_TEST(distance(nx, fx) < 1e-13, "x, n = " << n);
    BOOST_TEST(distance(ny, fy) < 1e-13, "y, n = " << n);
}
} // namespace

BOOST_AUTO_TEST_CASE(named_statements_have_the_gradient_of_one_statement)
{
    for (auto const n : sizes) {
        expect_gradient_of_one_statement(n);
    }
}

BOOST_AUTO_TEST_CASE(large_arrays_are_swept_in_pieces_to_their_last_element)
{
    for (std::size_t const n : {786431, 786432, 786435, 900000}) {
        expect_gradient_of_one_statement(n);
    }
}

BOOST_AUTO_TEST_CASE(an_adjoint_in_between_is_a_source_like_any_other)
{
    for (auto const n : sizes) {
        tensor const x = random::uniform({n}, 0.5, 2);
        auto tape = create_tape({.persistent = true});
        tensor const a = log(x);
        tensor const b = a * a;
        tensor const c = b * x + a;
        auto const [ga, gb, gx] = grad(tape, c, wrt(a, b, x));
        BOOST_TEST(distance(gb, x) < 1e-14);
        BOOST_TEST(distance(ga, 2. * a * x + 1.) < 1e-14);
        BOOST_TEST(distance(gx, b + (2. * a * x + 1.) / x) < 1e-14);
        BOOST_TEST(same_bits(tensor<double>(grad(tape, c, x)), gx));
    }
}

BOOST_AUTO_TEST_CASE(more_adjoints_in_between_than_tiles_are_right_too)
{
    for (auto const n : sizes) {
        tensor const x = random::uniform({n}, -1, 1);
        auto tape = create_tape();
        std::vector<tensor<double>> terms;
        for (int k = 1; k <= 40; ++k) {
            terms.emplace_back(x * static_cast<double>(k));
        }
        tensor<double> total = x;
        for (auto const& term : terms) {
            total = total + term;
        }
        BOOST_TEST(distance(grad(tape, total, x), full({n}, 821.)) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(runs_longer_than_a_group_of_statements_are_right_too)
{
    for (std::size_t const n : {1, 65, 2000}) {
        tensor const x = random::uniform({n}, -1, 1);
        auto tape = create_tape();
        tensor<double> y = x;
        for (int k = 0; k < 1000; ++k) {
            y = y + x;
        }
        BOOST_TEST(distance(grad(tape, y, x), full({n}, 1001.)) == 0.);
    }
}

BOOST_AUTO_TEST_CASE(operands_of_a_single_element_get_the_sum_of_their_adjoints)
{
    for (auto const n : sizes) {
        tensor const x = random::uniform({n}, -1, 1);
        tensor const a = constant(1.5);
        tensor const b = constant({0.25});
        tensor const ones_like_x = ones({n});
        auto tape = create_tape();
        tensor const y = a * x + b;
        tensor const z = y * a + x / a;
        auto const [ga, gb, gx] = grad(tape, z, wrt(a, b, x));
        BOOST_TEST(same_shape(ga.shape(), a.shape()));
        BOOST_TEST(same_shape(gb.shape(), b.shape()));
        tensor const each = x * 1.5 + y - x / 2.25;
        auto const expected = sum(each).item();
        BOOST_TEST(std::abs(ga.item() - expected) <= 1e-13 * static_cast<double>(n + 1));
        BOOST_TEST(std::abs(gb.item() - 1.5 * static_cast<double>(n)) <= 1e-10);
        BOOST_TEST(distance(gx, ones_like_x * (1.5 * 1.5 + 1 / 1.5)) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(a_sum_is_reversed_after_all_that_reads_it)
{
    // The sum and what is made of it run over one shape, but the sum's adjoint is that of all
    // tiles.
    for (auto const n : sizes) {
        tensor const x = random::uniform({n}, -1, 1);
        tensor const w = random::uniform({n}, -1, 1);
        auto tape = create_tape({.persistent = true});
        tensor const total = sum(x);
        tensor const apart = x - total;
        tensor const centred = apart - mean(apart, 0, {.keep_dims = true});
        tensor const z = sum(centred * w);
        BOOST_TEST(distance(grad(tape, apart, x, w), w - sum(w)) < 1e-11, n);
        BOOST_TEST(distance(grad(tape, apart, total, w), -sum(w)) < 1e-11, n);
        BOOST_TEST(distance(grad(tape, z, apart), w - mean(w)) < 1e-11, n);
        BOOST_TEST(distance(grad(tape, z, x), w - mean(w)) < 1e-11, n);
    }
}

BOOST_AUTO_TEST_CASE(tensors_of_one_element_and_different_rank_go_together)
{
    tensor const a = constant(3.);
    tensor const b = constant({{2.}});
    auto tape = create_tape();
    tensor const c = a * b;
    tensor const d = c * a;
    auto const [ga, gb] = grad(tape, d, wrt(a, b));
    BOOST_TEST(same_shape(ga.shape(), a.shape()));
    BOOST_TEST(same_shape(gb.shape(), b.shape()));
    BOOST_TEST(ga.item() == 12.);
    BOOST_TEST(gb.item() == 9.);
}

BOOST_AUTO_TEST_CASE(sums_give_the_same_gradients_by_either_way)
{
    // kept adjoints (a fused sum) against a sweep (a sum of a named tensor)
    for (auto const n : sizes) {
        formula const c(n);
        auto tape = create_tape();
        tensor const kept = sum(exp(-square(c.x)) * sin(c.y));
        auto const [kx, ky] = grad(tape, kept, wrt(c.x, c.y));
        tensor const named = exp(-square(c.x)) * sin(c.y);
        tensor const swept = sum(named);
        auto const [sx, sy] = grad(tape, swept, wrt(c.x, c.y));
        BOOST_TEST(distance(kx, sx) < 1e-14);
        BOOST_TEST(distance(ky, sy) < 1e-14);
    }
}

BOOST_AUTO_TEST_CASE(kept_adjoints_are_scaled_and_added)
{
    for (auto const n : sizes) {
        tensor const x = random::uniform({n}, 0.5, 2);
        auto tape = create_tape({.persistent = true});
        tensor const s = sum(log(x) * x);
        tensor const m = mean(log(x) * x);
        tensor const loss = 3. * s + 2. * m + s * s;
        auto const slope = tensor<double>(log(x) + 1.);
        auto const factor = 3. + 2. / static_cast<double>(n) + 2. * s.item();
        auto const g = grad(tape, loss, x, {.unconnected = unconnected::zero});
        BOOST_TEST(distance(g, slope * factor) < 1e-13);
        BOOST_TEST(same_bits(tensor<double>(grad(tape, loss, x)), g));
        if (n > 0) {
            BOOST_TEST(distance(grad(tape, m, x), slope / static_cast<double>(n)) < 1e-14);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_gradient_handed_over_stays_what_it_was)
{
    tensor const x = random::uniform({100}, 0.5, 2);
    auto tape = create_tape({.persistent = true});
    tensor const s = sum(log(x) * x);
    tensor g = grad(tape, s, x);
    tensor const before = g + 0.;
    g += 1.;
    BOOST_TEST(same_bits(tensor<double>(grad(tape, s, x)), before));
    tensor const twice = s + sum(log(x) * x);
    tensor const other = grad(tape, s, x);
    BOOST_TEST(distance(grad(tape, twice, x), 2. * before) < 1e-14);
    BOOST_TEST(same_bits(other, before));
}

BOOST_AUTO_TEST_CASE(an_infinite_kept_adjoint_carries_nothing_from_zero)
{
    tensor const x = constant({0., 4.});
    auto tape = create_tape({.persistent = true});
    tensor const s = sum(sqrt(x));
    tensor const loss = 0. * s + sum(x);
    auto const g = grad(tape, loss, x);
    BOOST_TEST(g(0) == 1.);
    BOOST_TEST(g(1) == 1.);
    BOOST_TEST(grad(tape, s, x)(0) == std::numeric_limits<double>::infinity());
}

BOOST_AUTO_TEST_CASE(the_number_of_threads_changes_no_bit)
{
    formula const c(200000);
    tensor const scale = constant(0.75);
    auto const gradients = [&](int threads) {
        set_num_threads(threads);
        auto tape = create_tape();
        tensor const y = c.in_steps() * scale;
        tensor const loss = sum(y) + logsumexp(c.x) + sum(cos(y) * c.x);
        auto result = grad(tape, loss, wrt(c.x, c.y, scale));
        set_num_threads(0);
        return std::tuple_cat(std::tuple(loss), result);
    };
    auto const one = gradients(1);
    auto const two = gradients(2);
    BOOST_TEST(same_bits(std::get<0>(one), std::get<0>(two)));
    BOOST_TEST(same_bits(std::get<1>(one), std::get<1>(two)));
    BOOST_TEST(same_bits(std::get<2>(one), std::get<2>(two)));
    BOOST_TEST(same_bits(std::get<3>(one), std::get<3>(two)));
}

BOOST_AUTO_TEST_CASE(neighbours_change_no_bit_of_a_sum)
{
    tensor const scale = constant(0.75);
    for (std::size_t const n : {20000, 30001, 50000, 100000, 200000}) {
        tensor const x = random::uniform({n}, -1, 1);
        auto const gradients = [&](bool apart) {
            auto tape = create_tape();
            tensor const y = x * scale + scale;
            if (apart) {
                tensor const other = cumsum(y); // parts the neighbours, and has no adjoint
            }
            tensor const z = y * scale * x;
            return grad(tape, z, wrt(x, scale));
        };
        auto const together = gradients(false);
        auto const apart = gradients(true);
        BOOST_TEST(same_bits(std::get<0>(together), std::get<0>(apart)));
        BOOST_TEST(same_bits(std::get<1>(together), std::get<1>(apart)));
    }
}

BOOST_AUTO_TEST_CASE(floats_are_swept_as_floats)
{
    for (auto const n : sizes) {
        tensor<float> const x = random::uniform<float>({n}, 0.5f, 2.f);
        tensor<float> const a = constant(2.f);
        auto tape = create_tape();
        tensor<float> const y = x * a;
        tensor<float> const z = y * y + x;
        auto const [gx, ga] = grad(tape, z, wrt(x, a));
        for (std::size_t i = 0; i < n; ++i) {
            BOOST_TEST(std::abs(gx(i) - (8 * x(i) + 1)) <= 1e-5f * (8 * x(i) + 1));
        }
        BOOST_TEST(
            std::abs(ga.item() - sum(4.f * x * x).item()) <=
            1e-5f * static_cast<float>(n + 1) * 16);
    }
}

BOOST_AUTO_TEST_CASE(a_scalar_statement_takes_few_bytes_of_a_tape)
{
    auto tape = create_tape();
    tensor const c = constant(0.1);
    tensor<double> x = 0.2;
    for (int i = 0; i < 10000; ++i) {
        x = x * x + c;
    }
    BOOST_TEST(tape.bytes() / 10000 < 400u);
}
