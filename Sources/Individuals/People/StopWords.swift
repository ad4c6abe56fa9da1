/// Words that are no theme: they hold sentences together, or only fill time.
enum StopWords {
  static func contains(_ word: String) -> Bool {
    word.count == 1 || word.contains("'") || all.contains(word) || word.allSatisfy(\.isNumber)
  }

  private static let all = WordFolding.fillers.union(
    (english + spoken + spanish + portuguese + german + french).split(
      whereSeparator: \.isWhitespace
    )
    .map(String.init))

  private static let english = """
    above across actual actually after again against ago all almost along already also although \
    always among another anybody anymore anyone anything anyway anywhere around away back based \
    because become becomes been before behind being below best better between beyond big both bring \
    came cannot come comes coming couple course currently day days different does doing done down \
    during each earlier early easier easily easy either else end enough entire especially etc even \
    eventually ever every everybody everyone everything everywhere exactly example fact far few find \
    first five found four full further gave generally get gets getting give given gives giving goes \
    going gone good got great had half happen happened happening happens hard having hence here hers \
    herself high himself however i'm if important indeed inside instead into isn itself keep kept \
    know knowing known knows large last later least less let lets level literally little long look \
    looked looking looks lot lots made main mainly make makes making many matter may maybe mean means \
    might mine more most mostly much must myself near nearly necessarily need needed needs neither \
    never new next nice no nobody none nor not nothing now nowhere obviously off often okay old once \
    one ones only onto other others otherwise ours ourselves out over overall own part particular \
    particularly past people perhaps person piece place point possible possibly potentially pretty \
    previous probably put question quickly quite rather real reason recently right said same saw say \
    saying says second see seeing seem seems seen sense several shall simply since single small \
    somebody somehow someone something sometimes somewhere soon sort specific start started starting \
    starts still stop such sure take taken takes taking talk talked talking ten than thank thanks \
    then thing things think thinking though thought three through throughout thus till time times \
    today together told too took top totally toward towards tried tries true try trying turn turns \
    two type under understand unless until up upon use used uses using usually various very via want \
    wanted wants way ways week weeks well went whatever whenever wherever whether while whole within \
    without won word words work worked working works worse worth yeah year years yes yet you've yours \
    yourself yourselves able bad bit called certain clear days definitely idea interesting kind kinds \
    number those terms term sorts just vs versus wind winds winding wound begin begins began beginning \
    places difference differences forward curious involved covered regardless whomever somewhat \
    lastly likely similar example examples case cases able amount bits piece pieces side sides
    """

  private static let spoken = """
    absolutely ah alright amazing awesome basically blah bunch bye cool crosstalk dude er err fine \
    folks gonna gotta guess guy guys ha haha hello hey hi hmm honestly huh inaudible kinda kinds \
    laughs laughter laughing like love mhm mm oh ok oops ooh please really seriously shit sorta \
    stuff super totally ugh uh um unintelligible wanna whoa wow wonderful yep yo yup kidding crazy \
    feel feels felt welcome episode podcast question questions answer sorry listening listen conversation \
    gotcha co host episodes podcasts y'all listeners
    """

  private static let spanish = """
    al algo alguien algunas algunos ante antes aquel aquí así aunque bien cada casi como con cosa \
    cosas creo cual cuando cuál cuándo cuánto cómo da de debe del desde donde dos durante el ella \
    ellas ello ellos en entonces entre eran eres es esa esas ese eso esos esta estaba están estar \
    estas este esto estos estoy está fue fueron gracias gran ha haber había hace hacer hacia han hasta \
    hay he hemos la las le les lo los luego me menos mi mientras mismo mucha mucho muchos muy más nada \
    ni no nos nosotros nuestra nuestro nunca otra otras otro otros para parece parte pero poco podemos \
    poder porque puede pueden puedes puedo pues que quien quiere qué se sea ser si sido siempre sin \
    sobre solo son su sus sí sólo también tan tanto te tener tenemos tenía tengo tiene tienen tienes \
    toda todas todo todos tu tus tú un una unas uno unos usted va vamos vez voy ya yo él ejemplo \
    decir dice forma manera estás estamos hecho bueno vale digamos seguro
    """

  private static let portuguese = """
    ao aos aquela aquele aqui as até com coisa como da das de dela dele depois do dos dizer e ela \
    elas ele eles em entre então era essa esse esta estava estão está eu exemplo faz fazer foi gente \
    isso isto já lhe mais mas me mesmo meu minha muito muita na nas nem no nos nossa nosso num numa \
    não né o onde os ou para pela pelas pelo pelos pode podem por porque pra qual quando que quem se \
    sem ser seu seus sim sobre sua suas são só tem tenho tinha também te ter tudo um uma umas uns vai \
    vamos vez você vocês à às é
    """

  private static let german = """
    aber alle als also am an auch auf aus bei beim bin bis da dabei damit dann darauf das dass dem den \
    denn der des die dies diese dieser dieses doch dort du durch ein eine einem einen einer eines er \
    es etwas für ganz gar genau gibt haben habe hat hatte hier ich ihm ihn ihr im immer ist ja jede \
    jetzt kann kein keine können machen mal man mehr mein mich mir mit muss nach natürlich nicht noch \
    nur oder ohne schon sehr sein seine sich sie sind so über um und uns unter viel vom von vor \
    waren was weil wenn werden wie wieder wir wird wirklich wo würde zu zum zur
    """

  private static let french = """
    au aussi aux avec avoir beaucoup bien ça ce cela ces cette ceux chose comme dans de des donc \
    du elle elles en encore est et être eu fait faire il ils je la le les leur lui là mais me même moi \
    mon ne ni nos notre nous on ont ou où par parce pas peu peut plus pour quand que quel qui sa sans \
    se ses si sont sur ta tout tous toute très tu un une va vais voilà vos votre vous y à étais \
    était
    """
}
