"""What ``--help`` prints."""

USAGE = """\
See backpropagation happen: one key press computes one quantity.

  backprop-tui [SCENARIO] [OPTIONS]          open the application
  backprop-tui trace [SCENARIO] [OPTIONS]    print every stage and exit
  backprop-tui screen [SCENARIO] [OPTIONS]   print one screen and exit
  backprop-tui new SHAPE [OPTIONS]           print a scenario file to begin with
  backprop-tui check [SCENARIO…]             compare figures with their sources
  backprop-tui scenarios                     list the built-in scenarios
  backprop-tui --help | -h | --version | -V

SCENARIO is a built-in name or the path of a TOML file; left out, it is the
article's neuron, article-7. For trace, screen and check, - is standard input.
It may stand before or after the options; -- ends them.

SHAPE is the number of inputs, of the neurons of each hidden layer, and of
outputs: `backprop-tui new 2-3-1 > mine.toml`, then `backprop-tui mine.toml`.

check reads the figures that a scenario's source prints and says of each how the
computed one stands to it: exact, rounded, last digit differs, or differs. Left
out, SCENARIO is every built-in one that has such figures. The exit status is 1
where a figure differs.

Of the application, trace and screen:
  --x X…             inputs                 } for a neuron with one sample
  --w W…             weights, one per input }
  --b B              bias                   }
  --y Y              target                 }
  --activation NAME                         }
  --loss NAME        names are read in any case
  --lr RATE          learning rate
  --optimizer NAME   sgd, momentum, nesterov, adagrad, rmsprop, adam or adamw,
                     its options at their defaults
  --batch-size SIZE  samples to an update, or all
  --expr PROGRAM     in place of SCENARIO: lines or parts between ; such as
                     "q = x + y; f = q*z"; without --lr there is one pass
  --at NAME=NUMBER…  its values, such as x=-2 y=5 z=-4
  --ascii            plain characters; in a trace, of text and markdown

Of new, which has activation, loss, lr, optimizer and batch-size, too:
  --init NAME        weights are drawn by uniform, xavier, he or zeros (uniform)
  --seed N           another one draws other numbers

Of trace:
  --epochs N         how many epochs to print (1)
  --check            compare the gradients with central differences instead;
                     exit status 1 where one differs
  --format FORMAT    text, jsonl, csv, markdown, python or pytorch (text)

Of screen:
  --size COLUMNSxROWS
                     of the terminal (80x24)
  --format FORMAT    text, ansi or svg (text)

Of the application and screen:
  --epoch E --sample S --stage K
                     start there: K stages of that pass are done, or those up to
                     a quantity such as dL_dw
  --theme NAME       backprop-dark, backprop-light or one of Textual's

Of the application:
  --play [SECONDS]   start playing, a stage every so many seconds (1)
  --loop             with --play: start over when there is nothing more to see
  --mouse --no-mouse listen to the mouse or not (not over SSH)
  --kiosk            for strangers: nothing of this machine can be reached
  --no-quit          no key ends it
  --idle-reset SECONDS
                     back to the start after so long without a key
  --debug            after an unexpected error, say where it came from
"""
