#include "program.hpp"

#include <xgrad/xgrad.hpp>

#include <iomanip>
#include <sstream>

namespace fuzzer {
namespace {

template <class Real>
number<Real> run_reference(
    program const& p,
    std::vector<array<Real>> names,
    place const& moved,
    auto operation::*run,
    std::vector<std::size_t>* sizes = nullptr)
{
    names.resize(p.names);
    for (std::size_t k = 0; k < p.statements.size(); ++k) {
        auto const& s = p.statements[k];
        arrays<Real> operands;
        for (auto const operand : s.operands) {
            operands.push_back(&names[operand]);
        }
        names[s.target] = (s.what->*run)(operands, s.numbers);
        if (k == moved.statement) {
            names[s.target].elements[moved.element].first += 1;
        }
        if (sizes != nullptr) {
            sizes->push_back(names[s.target].elements.size());
        }
    }
    number<Real> sum = 0;
    for (auto const result : p.results) {
        for (std::size_t i = 0; i < names[result].elements.size(); ++i) {
            sum = sum + names[result].elements[i] * weight(i);
        }
    }
    return sum;
}

std::string text_of(shape const& s)
{
    std::string text = "{";
    for (auto const length : s) {
        text += (text.size() > 1 ? ", " : "") + std::to_string(length);
    }
    return text + "}";
}

} // namespace

program beginning(program p, std::size_t length)
{
    p.statements.resize(length);
    std::vector<bool> open(p.names, false);
    for (auto const& s : p.statements) {
        for (auto const operand : s.operands) {
            open[operand] = false;
        }
        open[s.target] = true;
    }
    p.results.clear();
    for (std::size_t name = 0; name < open.size(); ++name) {
        if (open[name]) {
            p.results.push_back(name);
        }
    }
    if (p.results.empty()) {
        p.results.push_back(0);
    }
    return p;
}

number<long double> run_exactly(
    program const& p,
    std::vector<array<long double>> inputs,
    place const& moved,
    std::vector<std::size_t>* sizes)
{
    return run_reference(p, std::move(inputs), moved, &operation::exact, sizes);
}

number<double> run_rounded(program const& p, std::vector<array<double>> inputs, place const& moved)
{
    return run_reference(p, std::move(inputs), moved, &operation::rounded);
}

xgrad::tensor<double>
run(program const& p, tensors const& inputs, std::map<std::size_t, xgrad::tensor<double>>* results)
{
    auto names = inputs;
    names.resize(p.names);
    for (std::size_t k = 0; k < p.statements.size(); ++k) {
        auto const& s = p.statements[k];
        s.what->run(names, s);
        if (results != nullptr && results->contains(k)) {
            results->at(k) = names[s.target];
        }
    }
    xgrad::tensor<double> value = 0.;
    for (auto const result : p.results) {
        std::vector<double> weights(names[result].size());
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = weight(i);
        }
        value += sum(names[result] * xgrad::constant(weights, names[result].shape()));
    }
    return value;
}

std::string program::text() const
{
    std::ostringstream out;
    out << "program " << seed << " (XGRAD_FUZZ_SEED=" << seed << " XGRAD_FUZZ_PROGRAMS=1)\n";
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        out << "  r" << i << " = input of shape " << text_of(inputs[i]) << ':'
            << std::setprecision(17);
        for (std::size_t k = 0; k < std::min<std::size_t>(values[i].size(), 12); ++k) {
            out << ' ' << values[i][k];
        }
        out << (values[i].size() > 12 ? " ...\n" : "\n");
    }
    for (auto const& s : statements) {
        out << "  r" << s.target << " = " << s.what->name << '(';
        for (std::size_t i = 0; i < s.operands.size(); ++i) {
            out << (i > 0 ? ", r" : "r") << s.operands[i];
        }
        for (std::size_t i = 0; i < s.numbers.size(); ++i) {
            out << (i > 0 ? " " : "; ") << s.numbers[i];
        }
        out << ")\n";
    }
    out << "  value: the weighted sum of";
    for (auto const result : results) {
        out << " r" << result;
    }
    return out.str();
}

} // namespace fuzzer
