// error: xgrad: a tensor of integers or truth values has no gradient; the target must be
#include <xgrad/xgrad.hpp>

int main()
{
    auto tape = xgrad::create_tape();
    xgrad::tensor const i = xgrad::constant({1, 2});
    auto const g = xgrad::grad(tape, i, i);
}
