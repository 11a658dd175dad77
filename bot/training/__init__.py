"""Training of the reader: question–passage pairs → one file of float16 weights.

    python -m bot.training TRAIN_FOLDER --out reader.safetensors [--init FILE] [--steps N] …

Nothing of the project imports this room. What is where, in the order of the work:

    reading    gzipped JSON lines → examples
    swaps      a question → questions that its passage does not answer
    preparing  examples → Pairs: token ids, sentence bounds, answers as tokens (`pairs`, `ragged`)
    mining     passages that are like a question and hold no accepted answer
    windows    a passage → a run of its whole sentences
    drawing    the number of a step → its questions and passages (a function of seed and number)
    batches    rows of tokens → padded tensors, in another process where there are several cores
    network    BERT and its head; the weights' file
    loss       what is made smaller
    hardest    which mined passages the reader itself takes for an answer
    report     figures over labelled questions that nothing was trained on
    state      where a run that was stopped goes on
    run        the loop
"""
