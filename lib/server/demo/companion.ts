type Machine = { name: string; years: string; note: string };

const MACHINES: readonly Machine[] = [
  {
    name: "Hansen Writing Ball",
    years: "Copenhagen, from 1870",
    note: "A pastor who taught deaf pupils, Rasmus Malling-Hansen, had seen how quickly they spelled with their fingers, and put the letters where the fingers lie. Fifty-two plungers stand on a half sphere of brass like pins in a cushion. It was fast, it was beautiful, and it hid the paper entirely. Friedrich Nietzsche bought one when his eyes failed, and noted that our writing tools work on our thoughts with us.",
  },
  {
    name: "Sholes & Glidden",
    years: "Milwaukee and Ilion, 1874",
    note: "Built by a maker of rifles and sewing machines, it came on a sewing stand, with a treadle for the carriage return and flowers painted on the front. It wrote capitals only, and upwards, against the underside of the platen, so that one saw what one had written four lines later. It brought the order of keys that is still under your fingers.",
  },
  {
    name: "Remington No. 2",
    years: "1878",
    note: "The machine that brought the shift key. Two letters on each type bar, and a carriage that moves by the difference: one of those ideas that halve the number of parts and double what can be done with them. After it, whoever wanted to say something quietly could write it in small letters.",
  },
  {
    name: "Hammond",
    years: "New York, 1884",
    note: "No type bars at all, but a curved shuttle of vulcanised rubber that turns to the right letter, and a hammer that strikes the paper from behind against it. Since the hammer did the striking and not the finger, every letter came out equally dark. One changed the typeface by changing the shuttle, in ten seconds.",
  },
  {
    name: "Blickensderfer 5",
    years: "Stamford, 1893",
    note: "It had some two hundred and fifty parts where others had two and a half thousand, weighed as much as a large dictionary, and fitted into a small wooden case. The letters sat on a wheel, and the most frequent of them were in the bottom row, in the order DHIATENSOR. It was more sensible than the common order, and it made no difference.",
  },
  {
    name: "Oliver",
    years: "Chicago, 1896",
    note: "The type bars stand upright on both sides like the ears of an attentive dog, and strike downwards. That leaves the line in plain sight, and the machine in the shape of nothing else on earth. For years it was sold by post, on instalments, by people who owned one and were told to praise it.",
  },
  {
    name: "Mignon",
    years: "Berlin, from 1904",
    note: "One hand holds a pointer over a little map of the alphabet, the other presses one of two keys. It looks hopelessly slow, and practised hands wrote with it as fast as with a pen. It needed no training in anything except the order of the map, and it was cheap, so that it stood in the offices of those who had no office.",
  },
  {
    name: "Underwood No. 5",
    years: "New York, 1900",
    note: "Here the history could stop. The type strikes the front of the platen, in the middle, before your eyes. Four rows of keys, a shift, a ribbon that moves by itself, a touch that does not tire. Millions were made, and for three decades every other machine was either a copy of it or an explanation why it was not.",
  },
  {
    name: "Corona 3",
    years: "Groton, 1912",
    note: "A carriage that folds forward over the keyboard, and a case to carry it in: the first machine that went along. It went to wars with correspondents, up rivers with explorers, and to Paris with young men who meant to write novels. Three rows of keys with two shifts had to do, and they did.",
  },
  {
    name: "Imperial Good Companion",
    years: "Leicester, 1932",
    note: "A small black machine with an honest name. It was meant for the writing table at home, where the household accounts and the difficult letters are done. It folds nothing, hides nothing and promises nothing, and a good part of the country's detective novels were written on it.",
  },
  {
    name: "Hermes Baby",
    years: "Yverdon, 1935",
    note: "So flat that it slides into a briefcase, with a lid of steel that clicks shut with the sound of a good car door. It is the machine of people with one bag. There are better ones to write on for eight hours; there are none to have with you for eight years.",
  },
  {
    name: "Royal Quiet De Luxe",
    years: "New York, 1939",
    note: "Not quiet, and hardly de luxe, but with a key that sets the margins by magic, as the maker put it, and with a touch that forgives. Its grey and brown cases stood in rooms where stories were typed that everybody has read by now.",
  },
  {
    name: "Olivetti Lettera 22",
    years: "Ivrea, 1950",
    note: "Marcello Nizzoli drew the outside and Giuseppe Beccio built the inside, and for once neither had to give way. It is light without being thin, and it has exactly one bright thing about it, a red key, for the tabulator. One wants to write a letter on it at once, and to somebody who deserves one.",
  },
  {
    name: "Hermes 3000",
    years: "Yverdon, 1958",
    note: "A pale green whale with keys the colour of mint. Under the rounded lid is some of the best engineering that ever went into an object for the living room: margins that are set by sliding them, a carriage that hardly shakes, and a line of type as straight as a canal.",
  },
  {
    name: "IBM Selectric",
    years: "1961",
    note: "The carriage stands still; a silver ball the size of a walnut runs along the paper, tilts, turns and nods. Nothing can jam, because there is only one of it. Change the ball, and the letter is set in italics. Under the cover works a mechanical computer of whiffletrees and steel tapes that turns each key into two angles, and does it fifteen times a second.",
  },
  {
    name: "Olympia SM9",
    years: "Wilhelmshaven, 1964",
    note: "Those who still write on typewriters today tend to end with this one. The basket of type moves and the carriage does not, so the shift is light. Everything that can be adjusted has a screw, and everything that has a screw can be reached. It is not charming. It is right.",
  },
  {
    name: "Olivetti Valentine",
    years: "1969",
    note: "Ettore Sottsass and Perry King put a plain portable into a bright red bucket of plastic, and sold it, they said, for use anywhere except in an office. As a typewriter it is middling. As a thing to carry across a square on a Sunday it has never been equalled.",
  },
];

const PARTS_OF_THE_MACHINE: readonly [name: string, note: string][] = [
  [
    "Basket",
    "The half circle in which the type bars hang. When the capitals sit too high or too low, it is the basket that is out of line, and two screws, one on each side, bring it back.",
  ],
  [
    "Bell",
    "Rings some seven characters before the right margin. It is struck by a small lever on the carriage, and is the only part of the machine that was made to be heard.",
  ],
  [
    "Carriage",
    "Carries the platen from right to left, pulled by a spring and let go one step at a time. What looks like the writing hand moving to the right is the paper moving to the left.",
  ],
  [
    "Draw band",
    "The cord or strap between carriage and mainspring. When a machine types every letter on the same spot, it is nearly always the draw band that has come off, and nearly always somebody is about to sell the machine for nothing.",
  ],
  [
    "Escapement",
    "The part that lets the carriage move by exactly one letter and no more: a toothed wheel and two dogs, one fixed and one loose, that hand the wheel to each other. It is first cousin to the one in a clock.",
  ],
  ["Feed rollers", "Press the paper against the platen from below. When they harden, lines begin to run downhill."],
  [
    "Home row",
    "Where the fingers rest. The two small ridges on F and J came late, and are among the kindest things that ever happened to a keyboard.",
  ],
  [
    "Line lock",
    "Stops the keys at the right margin, so that no letter falls on another. A key marked M-R, or with a small double arrow, lets you pass.",
  ],
  [
    "Mainspring",
    "Wound a little with each return of the carriage. Each line is written with the strength of the arm that ended the one before.",
  ],
  [
    "Margin stops",
    "Two small blocks on a rail. They are the whole of the page layout, and most writers never touch them after the first day.",
  ],
  [
    "Paper bail",
    "The bar with two rollers that holds the sheet flat at the top. Lift it to put in paper; forget to put it down, and the first line will be the proof.",
  ],
  [
    "Platen",
    "The roller. It takes every blow, turns with every line, and keeps a faint copy of everything. It ought to be renewed every ten years, and is every fifty.",
  ],
  [
    "Ribbon",
    "Inked cotton, silk or nylon, often half black and half red. It moves from one spool to the other and turns back by itself when it comes to an eyelet near the end.",
  ],
  [
    "Segment",
    "The slotted steel arc in which the type bars turn. It must be clean and must never be oiled: oil gathers dust, and dust makes glue.",
  ],
  [
    "Shift",
    "Lifts the platen or lowers the basket, so that the upper half of each type slug strikes. The word has outlived the thing, as words do.",
  ],
  [
    "Slug",
    "The small block at the end of a type bar, with the capital above and the small letter below. It is soldered on, and when it falls off one looks for it on hands and knees.",
  ],
  [
    "Tabulator",
    "Runs the carriage to the next stop in one slide. It made columns possible, then bookkeeping, then the spreadsheet; much can be laid at its door.",
  ],
  [
    "Touch control",
    "A lever that tightens or slackens the springs of the keys. Numbers from one to five; everybody leaves it at three.",
  ],
  [
    "Universal bar",
    "Runs under all the keys and is moved by each of them. Whatever must happen at every letter, whichever it is, hangs from the universal bar. Every good program has one too.",
  ],
];

const JOURNEY: readonly [title: string, note: string][] = [
  [
    "A key is pressed",
    "The message is yours until you send it. It lies in the box at the bottom of the page, and a draft of it is kept, so that a closed tab costs nothing. When Enter is pressed, the page first shows it in its place and only then sends it off: what you did should be seen to have been done before anybody else has an opinion on it.",
  ],
  [
    "The page gives the answer a name",
    "Before there is any answer, it has an identity: a long random number, chosen here, in the browser. That seems the wrong way round, and it is the most useful decision of all. Since the name is known from the beginning, the answer can be stopped before its first word, asked for twice and given once, and found again after the connection was lost.",
  ],
  [
    "The server looks at the door",
    "Is the request from this page, and not from another that borrowed your browser? Is it of a reasonable size? Has this visitor sent thirty messages in the last minute? Is there any money left for today? Each of these questions has a sentence to go with a no, and a no costs nothing, for none of them reaches the model.",
  ],
  [
    "Your message is written down",
    "It is put into the store before the model is asked. Should the power fail in the next second, there will be a question without an answer, and that is put right with one press of a button. An answer without a question would be a good deal stranger.",
  ],
  [
    "The model is asked",
    "The whole conversation is sent, from the beginning, for a model remembers nothing from one message to the next; what looks like memory is reading. With the question travels a signal, a thread that can be pulled at any time. Whoever holds the other end can end the work, wherever in the world it is being done.",
  ],
  [
    "The first word",
    "Most of the waiting that people feel is here, between the question and the first word. It cannot be made shorter by the page, but it can be made honest: a caret that stands where the text will begin, and a status that says that somebody is at work. No percentage, for nobody knows it.",
  ],
  [
    "Pieces come in",
    "They come as lines of text over a connection that stays open, each with the name of the event and its contents. They may be cut anywhere, in the middle of a word and in the middle of a letter, for the network knows nothing of letters. So they are put together first and read afterwards, never the other way round.",
  ],
  [
    "Each piece gets a number",
    "One, two, three, without a gap, and is written to the log before it is sent on. What a reader has seen is therefore always a beginning of what the log contains. If the server is struck down at this point, everything that was ever on a screen is still there when it gets up again.",
  ],
  [
    "The page catches up",
    "Between two frames, sixteen thousandths of a second apart, the page takes what has come in, decides how much of it to show, and finds a place to cut: not inside an accent, not inside a flag, not inside a family of four. Then it draws the one block that has changed, and leaves the hundred above it alone.",
  ],
  [
    "Somebody else is listening",
    "A second tab, perhaps, or the same conversation on a telephone. They are readers of the same log with a number of their own. There is one answer and one bill, however many are looking on.",
  ],
  [
    "The last word",
    "It is not a word but an event, and says why the writing ended. With it comes the number of tokens, and so the price. The message is now settled: it will never change again, and everything that was kept only for the journey can be thrown away.",
  ],
  [
    "And if it never comes",
    "Then the answer is called interrupted, and what arrived is kept, with a button to go on. It is the least that one can do, and the one thing that cannot be added later: a program that believes every ending is a good one has already thrown away what it would need to know better.",
  ],
];

/** The pieces that follow the essay in a very long answer: machines, parts, and the journey of an answer. */
export const COMPANION: readonly string[] = [
  [
    "# Part two: A shelf of machines",
    "Seventeen typewriters, roughly in the order in which they were made. None of them was the best in every way, and each had understood one thing that the others had not.",
    ...MACHINES.flatMap(({ name, years, note }, index) => [`## ${index + 1}. ${name}`, `*${years}.* ${note}`]),
  ].join("\n\n"),
  [
    "# Part three: The parts and their names",
    "In alphabetical order, with what each is good for, and what happens when it fails.",
    ...PARTS_OF_THE_MACHINE.map(([name, note]) => `**${name}.** ${note}`),
  ].join("\n\n"),
  [
    "# Part four: How an answer travels",
    "From the key you press to the last word on the page, in eleven steps, and a twelfth that one hopes not to need.",
    ...JOURNEY.flatMap(([title, note], index) => [`## ${index + 1}. ${title}`, note]),
    "## A last line",
    "That was the whole of it. If you have come so far by reading and not by scrolling, you have read about as much as a person can type in an hour and a half; the demo has sent it to you in a few minutes, and understood none of it. For somebody who does, connect a model.",
  ].join("\n\n"),
];
