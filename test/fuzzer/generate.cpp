// Random programs, built statement by statement: each is run by the reference at once, and kept
// only where no argument is near a singular point and no value is large.
#include "program.hpp"

#include <limits>

namespace fuzzer {
namespace {

constexpr long double least_clearance = 0.02L;
constexpr long double largest_value = 30;

class generator
{
public:
    explicit generator(std::uint64_t seed) : dice_(seed) { program_.seed = seed; }

    program make()
    {
        auto const most = dice_.one_in(50) ? 1500u : dice_.one_in(5) ? 300u : 40u;
        largest_ = 2 * most;
        auto const whole = some_shape(most);
        for (int i = 0; i < 2; ++i) {
            add_input(i == 0 ? whole : part_of(whole));
        }
        auto const length = 3 + dice_.below(12);
        for (int trial = 0; trial < 200 && program_.statements.size() < length; ++trial) {
            add_statement();
        }
        program_.names = values_.size();
        return beginning(program_, program_.statements.size());
    }

private:
    shape some_shape(std::size_t most)
    {
        shape s(dice_.one_in(12) ? 0 : 1 + dice_.below(3));
        for (auto& length : s) {
            length = dice_.one_in(8) ? 1 : 2 + dice_.below(4);
        }
        // Rows of one cache line and a little more.
        if (!s.empty() && dice_.one_in(5)) {
            s.back() = 1 + dice_.below(20);
        }
        if (dice_.one_in(4) && s.size() == 2) {
            s[1] = s[0];
        }
        if (most > 40 && !s.empty()) {
            s.back() =
                std::max<std::size_t>(1, (most - dice_.below(most / 3)) * s.back() / count(s));
        }
        if (!s.empty() && dice_.one_in(40)) {
            s[dice_.below(s.size())] = 0;
        }
        return s;
    }

    /// A shape that broadcasts to `whole`.
    shape part_of(shape const& whole)
    {
        if (dice_.one_in(3)) {
            return whole;
        }
        shape s(
            whole.begin() + static_cast<std::ptrdiff_t>(dice_.below(whole.size() + 1)),
            whole.end());
        for (auto& length : s) {
            length = dice_.one_in(4) ? 1 : length;
        }
        return s;
    }

    void add_input(shape const& s)
    {
        array<long double> x(s);
        std::vector<double> elements;
        for (auto& element : x.elements) {
            elements.push_back(dice_.between(-2, 2));
            element = elements.back();
        }
        program_.inputs.push_back(s);
        program_.values.push_back(elements);
        values_.push_back(std::move(x));
    }

    void add_statement()
    {
        auto const kind = dice_.below(24);
        auto const& what = dice_.one_of(
            kind < 9        ? operators()
                : kind < 12 ? fused()
                : kind < 15 ? movement()
                : kind < 18 ? views()
                : kind < 19 ? floats()
                            : reductions());
        statement s{&what};
        for (std::size_t i = 0; i < what.operands.size(); ++i) {
            // Often the newest, so that programs are deep.
            auto const newest = values_.size() - 1;
            s.operands.push_back(dice_.one_in(3) ? newest : dice_.below(values_.size()));
        }
        auto const before = program_.statements.size();
        auto const names = values_.size();
        if (!place_operands(s) || !append(s)) {
            program_.statements.resize(before);
            values_.resize(names);
        }
    }

    /// Statements that bring operands into their domains, where those are not any.
    bool place_operands(statement& s)
    {
        for (std::size_t i = 0; i < s.operands.size(); ++i) {
            auto const where = s.what->operands[i];
            if (where != domain::any) {
                statement map{
                    &fused()[static_cast<std::size_t>(where) - 1], {s.operands[i]}, {}, 0};
                if (!append_to(map, values_.size())) {
                    return false;
                }
                s.operands[i] = map.target;
            }
        }
        return true;
    }

    bool append(statement& s)
    {
        if (s.what->in_place) {
            return append_to(s, s.operands[0]);
        }
        // A new name, or one that loses its value by that, perhaps an operand.
        bool const renews = dice_.one_in(6);
        return append_to(s, renews ? dice_.below(values_.size()) : values_.size());
    }

    bool append_to(statement& s, std::size_t target)
    {
        std::vector<shape> shapes;
        arrays<long double> operands;
        for (auto const operand : s.operands) {
            shapes.push_back(values_[operand].lengths);
            operands.push_back(&values_[operand]);
        }
        if (s.what->suit) {
            auto numbers = s.what->suit(dice_, shapes);
            if (!numbers) {
                return false;
            }
            s.numbers = std::move(*numbers);
        } else {
            shape whole;
            for (auto const& one : shapes) {
                if (!join(whole, one)) {
                    return false;
                }
            }
            if (count(whole) > largest_) {
                return false;
            }
        }
        clearance = std::numeric_limits<long double>::infinity();
        auto result = s.what->exact(operands, s.numbers);
        for (auto const& element : result.elements) {
            if (!(std::abs(element.value) <= largest_value)) {
                return false;
            }
        }
        if (clearance < least_clearance || result.lengths.size() > 4 ||
            result.elements.size() > largest_) {
            return false;
        }
        s.target = target;
        if (target == values_.size()) {
            values_.push_back(std::move(result));
        } else {
            values_[target] = std::move(result);
        }
        program_.statements.push_back(s);
        return true;
    }

    dice dice_;
    program program_;
    std::size_t largest_ = 0; // number of elements of any array
    std::vector<array<long double>> values_;
};

} // namespace

program generate(std::uint64_t seed)
{
    return generator(seed).make();
}

} // namespace fuzzer
